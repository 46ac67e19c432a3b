import { Args, Command, Flags } from '@oclif/core';
import { redactions } from '../src/app/run-capture.ts';
import { clusterFlags, noProxiesFlag, proxyFlags } from './flags.ts';
import { interruptible, progress } from './terminal.ts';

const { capture: _, ...liveFlags } = clusterFlags;

export default class Capture extends Command {
  static override summary = 'Write what a cluster and its proxies hold to a directory or an archive';
  static override description =
    `Writes the objects, istiod's own answers and the dumps of the proxies, which every command reads with --capture.
Only the owner may read what is written. It holds no Secrets, private keys, tokens, passwords or values of programs'
environment variables; --redact takes out more. docs/capture.md lists what is in it.

Exit codes: 0 all was read, 2 something could not be read; what could be is written.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./capture',
    '<%= config.bin %> <%= command.id %> shop.tgz -n shop --context production --max-size 200M',
  ];
  static override args = {
    directory: Args.string({
      name: 'DIR|FILE.tgz',
      required: true,
      description: 'a new or empty directory, or a new archive (.tgz, .tar.gz)',
    }),
  };
  static override flags = {
    ...liveFlags,
    ...proxyFlags,
    ...noProxiesFlag,
    'max-size': Flags.string({
      helpValue: 'SIZE',
      default: '1G',
      description: 'bytes before compression; one proxy of each workload first, the rest is left out and listed',
    }),
    redact: Flags.option({
      options: redactions,
      multiple: true as const,
      description: 'take out more: logs of proxies, annotations that Istio does not read, source code of Lua filters',
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Capture);
    const { runCapture } = await import('../src/app/run-capture.ts');
    const { signal, done } = interruptible();
    const bar = progress('proxies');
    try {
      const { lines, code } = await runCapture(flags, args.directory, signal, bar.update);
      bar.stop();
      for (const line of lines) process.stderr.write(`${line}\n`);
      process.exitCode = code;
    } finally {
      bar.stop();
      done();
    }
  }
}
