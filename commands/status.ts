import { Args, Command, Flags } from '@oclif/core';
import { statusFormats, statusReporters } from '../src/report/status.ts';
import { clusterFlags, gitFlags, proxyFlags, reportFlags } from './flags.ts';
import { interruptible, printText, progress } from './terminal.ts';

export default class Status extends Command {
  static override summary = 'Show how each proxy stands with istiod, and what the late ones still do';
  static override description =
    `Asks every istiod of every revision, joins what they tell with the proxies' own dumps, and says what counts: what a
proxy that is behind still does otherwise, which update Envoy refused and the line it comes from, what would be lost at a
restart. Git is read only where a flag names it. Reads only.

Exit codes: 0 nothing found, 1 found, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop/checkout-v1 -o wide',
    '<%= config.bin %> <%= command.id %> -n shop --git . --path mesh',
    '<%= config.bin %> <%= command.id %> --no-proxies -o json',
  ];
  static override strict = false;
  static override args = {
    proxy: Args.string({ description: 'NS/POD, POD, or the beginning of either; several may be given' }),
  };
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...proxyFlags,
    ...reportFlags,
    output: Flags.option({ char: 'o', options: statusFormats, default: 'text', description: 'output format' })(),
    'no-proxies': Flags.boolean({ description: "do without the proxies' own dumps: objects and istiod alone" }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Status);
    const { runStatus } = await import('../src/app/run-status.ts');
    const { signal, done } = interruptible();
    const bar = progress('proxies');
    try {
      const { report, code } = await runStatus(flags, argv as string[], this.config.version, signal, bar.update);
      bar.stop();
      await printText((style) => statusReporters[flags.output](report, style), code);
    } finally {
      bar.stop();
      done();
    }
  }
}
