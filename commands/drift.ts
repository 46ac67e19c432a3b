import { Command, Flags } from '@oclif/core';
import { clusterFlags, gitFlags, noProxiesFlag, outputFileFlags, proxyFlags, reportFlags } from './flags.ts';
import { interruptible, print, progress } from './terminal.ts';

export default class Drift extends Command {
  static override summary = 'Compare the Istio configuration in Git with the API server and with what each proxy holds';
  static override description =
    `Reports where Git, the API server's objects and the live Envoys disagree: what, where in Git (file:line),
which proxies are affected, and what to do. Reads only.

Exit codes: 0 nothing found, 1 found, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --git . --ref main --path mesh -n shop',
    '<%= config.bin %> <%= command.id %> --git https://git.example/mesh.git --ref v42 -o json',
    '<%= config.bin %> <%= command.id %> --capture ./capture -o wide',
  ];
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...proxyFlags,
    ...reportFlags,
    ...outputFileFlags,
    ...noProxiesFlag,
    check: Flags.boolean({ description: 'judge what Git says by rules, too, as the command check does' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Drift);
    const { runDrift } = await import('../src/app/run-drift.ts');
    const { signal, done } = interruptible();
    const bar = progress('proxies');
    try {
      const { report, code } = await runDrift(flags, this.config.version, signal, bar.update);
      bar.stop();
      await print(report, flags, code);
    } finally {
      bar.stop();
      done();
    }
  }
}
