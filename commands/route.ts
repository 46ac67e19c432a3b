import { Args, Command, Flags } from '@oclif/core';
import { clusterFlags, gitFlags, noProxiesFlag } from './flags.ts';
import { interruptible, printText } from './terminal.ts';

export default class Route extends Command {
  static override summary = 'Say which route a request takes, in Git and on the live proxy, and which line decides';
  static override description =
    `Follows a request through listener, filter chain, virtual host, route, cluster and endpoint, and through the
destination's own proxy, as Envoy does. Nothing is sent.

Exit codes: 0 both sides agree, 1 they differ, 2 could not complete.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from shop/frontend http://catalog:8080/items',
    "<%= config.bin %> <%= command.id %> --from shop/frontend -X POST -H 'x-user: amy' http://cart/items",
    '<%= config.bin %> <%= command.id %> --gateway istio-ingress/ingress https://shop.example/',
  ];
  static override args = { url: Args.string({ description: 'URL of the request', required: true }) };
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...noProxiesFlag,
    from: Flags.string({ helpValue: 'NS/WORKLOAD', description: 'the workload that sends' }),
    gateway: Flags.string({ helpValue: 'NS/NAME', description: 'the gateway that a client outside sends to' }),
    request: Flags.string({ char: 'X', helpValue: 'METHOD', default: 'GET', description: 'method of the request' }),
    header: Flags.string({
      char: 'H',
      helpValue: "'NAME: VALUE'",
      multiple: true,
      multipleNonGreedy: true,
      description: 'header of the request',
    }),
    'client-ip': Flags.string({ helpValue: 'IP', description: 'address of the client outside' }),
    side: Flags.option({ options: ['git', 'live'] as const, description: 'one side only' })(),
    output: Flags.option({
      char: 'o',
      options: ['text', 'json', 'yaml'] as const,
      default: 'text',
      description: 'output format',
    })(),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Route);
    const { runRoute } = await import('../src/app/run-route.ts');
    const { printRoute } = await import('../src/app/route/print.ts');
    const { signal, done } = interruptible();
    try {
      const { report, code } = await runRoute(flags, args.url, signal);
      await printText(() => printRoute(report, flags.output), code);
    } finally {
      done();
    }
  }
}
