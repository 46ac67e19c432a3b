import { Args, Command } from '@oclif/core';
import { clusterFlags, proxyFlags } from './flags.ts';
import { interruptible, progress } from './terminal.ts';

const { capture: _, ...liveFlags } = clusterFlags;

export default class Capture extends Command {
  static override summary = 'Write what a cluster and its proxies hold to a directory';
  static override description =
    `Writes the objects, istiod's own answers and the dumps of the proxies, which every command reads with --capture DIR.
Only the owner may read the files. Never Secrets; private keys in dumps are redacted by Envoy. Pods' literal environment
variables and the last lines of proxies' logs are part of it: look through it before you pass it on.

Exit codes: 0 all was read, 2 something could not be read; what could be is written.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./capture',
    '<%= config.bin %> <%= command.id %> ./capture -n shop --context production',
  ];
  static override args = { directory: Args.string({ required: true, description: 'a new or empty directory' }) };
  static override flags = { ...liveFlags, ...proxyFlags };

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
