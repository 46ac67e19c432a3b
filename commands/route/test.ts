import { Args, Command, Flags } from '@oclif/core';
import { type TestFormat, testFormats } from '../../src/app/route/test-report.ts';
import { clusterFlags, gitFlags, noProxiesFlag } from '../flags.ts';
import { interruptible, printText } from '../terminal.ts';

export default class RouteTest extends Command {
  static override summary = 'Run route expectations that are kept in Git, against Git and against live proxies';
  static override description =
    `Each test is a request and what it should do (docs/route.md); files of istio-config-validator are read as well.

Exit codes: 0 all passed, 1 a test failed or coverage is below --fail-under, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> mesh/routes.test.yaml',
    '<%= config.bin %> <%= command.id %> --side git --fail-under 80 -o junit tests/*.yaml',
  ];
  static override strict = false;
  static override args = { file: Args.string({ description: 'files with tests', required: true }) };
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...noProxiesFlag,
    from: Flags.string({ helpValue: 'NS/WORKLOAD', description: 'where requests start that do not say it' }),
    gateway: Flags.string({
      helpValue: 'NS/NAME',
      description: 'the gateway that requests come through that do not say it',
    }),
    side: Flags.option({ options: ['git', 'live'] as const, description: 'one side only' })(),
    'fail-under': Flags.integer({
      helpValue: 'PERCENT',
      min: 0,
      max: 100,
      description: 'least share of routes that tests must take',
    }),
    output: Flags.option({ char: 'o', options: testFormats, default: 'text', description: 'output format' })(),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(RouteTest);
    const { runRouteTest } = await import('../../src/app/run-route-test.ts');
    const { printTests } = await import('../../src/app/route/test-report.ts');
    const { signal, done } = interruptible();
    try {
      const { report, code } = await runRouteTest(flags, argv as string[], signal);
      await printText(() => printTests(report, flags.output as TestFormat), code);
    } finally {
      done();
    }
  }
}
