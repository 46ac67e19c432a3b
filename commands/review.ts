import { Args, Command } from '@oclif/core';
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

const { ref: _, ...sourceFlags } = gitFlags;

export default class Review extends Command {
  static override summary = 'Say what a change introduces, fixes and leaves, before it is merged';
  static override description =
    `Compiles both sides of a change over the same cluster: findings that it introduces (only these count for
--fail-on), fixes and leaves; the proxies whose configuration changes; requests that are treated differently; what can go
wrong while it rolls out. BASE...HEAD compares with the point where HEAD left BASE; without HEAD the files are read as they
are. Reads only.

Exit codes: 0 nothing introduced, 1 introduced, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> main..HEAD',
    '<%= config.bin %> <%= command.id %> origin/main...HEAD --path mesh --capture ./capture',
    '<%= config.bin %> <%= command.id %> main.. --no-cluster -o json',
  ];
  static override args = {
    range: Args.string({ required: true, description: 'BASE..HEAD, BASE...HEAD, or BASE.. for the files as they are' }),
  };
  static override flags = {
    ...sourceFlags,
    ...clusterFlags,
    ...proxyFlags,
    ...noProxiesFlag,
    ...reportFlags,
    ...outputFileFlags,
    ...noClusterFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Review);
    const { runReview } = await import('../src/app/run-review.ts');
    const { signal, done } = interruptible();
    try {
      const { report, code } = await runReview(args.range, flags, this.config.version, signal, done);
      await print(report, flags, code);
    } finally {
      done();
    }
  }
}
