import { Command } from '@oclif/core';
import {
  clusterFlags,
  gitFlags,
  noClusterFlag,
  noProxiesFlag,
  outputFileFlags,
  proxyFlags,
  reportFlags,
} from './flags.ts';
import { interruptible, print } from './terminal.ts';

export default class Check extends Command {
  static override summary = 'Find conflicts and mistakes in the Istio configuration, as one state';
  static override description =
    `Judges the configuration by rules over the resources and over what the proxies would hold, so that a finding
speaks of its effect: routes that no request reaches, destinations that do not exist, TLS that client and server do not
agree on, policies that match nobody. With --git (or --ref, --path) Git is laid over what the cluster has; without, the
cluster's objects are judged alone. With --no-cluster Git is judged alone. Reads only; the command explain tells about a finding's code.

Exit codes: 0 nothing found, 1 found, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --git . --path mesh',
    '<%= config.bin %> <%= command.id %> --no-cluster --path mesh',
    '<%= config.bin %> <%= command.id %> --capture ./capture -o json',
  ];
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...proxyFlags,
    ...noProxiesFlag,
    ...reportFlags,
    ...outputFileFlags,
    ...noClusterFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Check);
    const { runCheck } = await import('../src/app/run-check.ts');
    const { signal, done } = interruptible();
    try {
      const { report, code } = await runCheck(flags, this.config.version, signal, done);
      await print(report, flags, code);
    } finally {
      done();
    }
  }
}
