import { Command, Flags } from '@oclif/core';
import { arrivalLine, progressLine, verifyFormats, verifyReporters } from '../src/report/verify.ts';
import { clusterFlags, gitFlags, proxyFlags } from './flags.ts';
import { interruptible, printText, progress } from './terminal.ts';

export default class Verify extends Command {
  static override summary = 'Check that what Git says has arrived in the proxies that it touches';
  static override description =
    `Compiles the state before and the state in Git, and so knows which proxies the change touches; green only when their
own dumps hold it. With --wait it looks again until it has arrived: a line a state on a pipe, a bar on a terminal.

Exit codes: 0 arrived; 1 a proxy in sync, or the API server, holds something else; 2 could not complete; 3 proxies lag
behind when the time is up; 4 a proxy rejects it. Where several apply: 4 before 1 before 2 before 3.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --git . --path mesh --wait --timeout 5m',
    '<%= config.bin %> <%= command.id %> --git . --since HEAD~1 --wait -o junit > verify.xml',
  ];
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...proxyFlags,
    // Refused with the reason: what the other commands do without is what this one is for.
    'no-proxies': Flags.boolean({ hidden: true }),
    since: Flags.string({ helpValue: 'REF', description: 'only what changed since this commit, branch or tag' }),
    wait: Flags.boolean({ description: 'look again until it has arrived' }),
    timeout: Flags.string({ helpValue: 'DURATION', default: '5m', description: 'how long to wait' }),
    poll: Flags.string({ helpValue: 'DURATION', default: '2s', description: 'how long to pause between two looks' }),
    output: Flags.option({ char: 'o', options: verifyFormats, default: 'text', description: 'output format' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Verify);
    const { runVerify } = await import('../src/app/run-verify.ts');
    const { signal, done } = interruptible();
    const bar = progress('proxies');
    // Every state on a pipe, none on a terminal: there a bar moves, and the end is printed.
    const log = (line: string): void => {
      if (process.stderr.isTTY !== true) process.stderr.write(`${line}\n`);
    };
    try {
      const { report, code } = await runVerify(flags, this.config.version, signal, {
        onProgress: (read, of) => bar.update(read, of, `${read}/${of} proxies read`),
        onLook: (proxies) => {
          const there = proxies.filter(({ arrival }) => arrival === 'arrived').length;
          if (flags.wait) bar.update(there, proxies.length, progressLine(proxies));
        },
        onChange: (proxy) => flags.wait && log(`${new Date().toISOString()} ${arrivalLine(proxy)}`),
        onFailure: (error) => log(`${new Date().toISOString()} could not look: ${error.message}`),
      });
      bar.stop();
      await printText((style) => verifyReporters[flags.output](report, style), code);
    } finally {
      bar.stop();
      done();
    }
  }
}
