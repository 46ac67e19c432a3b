/**
 * Measures how many requests a minute one core routes: a compiled route table (of a recording's capture, or of the
 * fixtures), with requests near its routes, made before the clock starts.
 *
 *     node bench/routes.ts [CAPTURE] [NAMESPACE/POD] [REQUESTS]
 */
import { join } from 'node:path';
import { toRegistryInput } from '../src/app/registry-input.ts';
import { usualValues } from '../src/app/route/usual-values.ts';
import { compileProxy } from '../src/compile/index.ts';
import { RouteTable } from '../src/explain/http/route-table.ts';
import { readRequest } from '../src/explain/index.ts';
import { readCaptureState } from '../src/io/capture-source.ts';
import { buildRegistry } from '../src/registry/index.ts';
import { Dice, nearRequest } from '../test/support/route-requests.ts';

const [
  capture = join(import.meta.dirname, '../fixtures/recordings/1.29/drift-several/capture'),
  wanted,
  count = '1000000',
] = process.argv.slice(2);
const registry = buildRegistry(toRegistryInput(await readCaptureState(capture)));
const proxy = registry.proxies.find((it) => (wanted === undefined ? it.type === 'sidecar' : it.id.startsWith(wanted)));
if (!proxy) throw new Error(`no proxy ${wanted}`);
const { routes } = usualValues(compileProxy(proxy, registry));
const dice = new Dice(1);
const most = Math.min(20_000, Number(count));
const requests = Array.from({ length: most }, () => {
  const config = dice.pick(routes);
  const { method, path, headers } = nearRequest(config, dice);
  const request = readRequest(
    'http://client/',
    headers.map(([name, value]) => `${name}: ${value}`),
    method,
  );
  return { table: RouteTable.of(config), request: { ...request.http, path } };
});
let matched = 0;
const started = performance.now();
for (let index = 0; index < Number(count); index++) {
  const { table, request } = requests[index % most] as (typeof requests)[number];
  if (table.find(request).route) matched++;
}
const ms = performance.now() - started;
const figures = {
  proxy: proxy.id,
  routeConfigurations: routes.length,
  routes: routes.reduce(
    (sum, it) => sum + (it.virtual_hosts ?? []).reduce((all, host) => all + (host.routes ?? []).length, 0),
    0,
  ),
  requests: Number(count),
  matched,
  ms: Math.round(ms),
  perMinute: Math.round((Number(count) / ms) * 60_000),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
