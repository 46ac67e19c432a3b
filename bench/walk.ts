/**
 * Measures how many requests a minute of CPU time one core follows from end to end: name resolution, listener, filter
 * chain, connection manager, virtual host, route, filters, cluster, endpoints, and the destination's own proxy. The proxies'
 * configurations are compiled before the clock starts; requests are near the routes of the client's configuration.
 *
 *     node bench/walk.ts [CAPTURE] [REQUESTS]
 */
import { join } from 'node:path';
import { toRegistryInput } from '../src/app/registry-input.ts';
import { ask, type Start } from '../src/app/route/ask.ts';
import { Mesh } from '../src/app/route/mesh.ts';
import { usualValues } from '../src/app/route/usual-values.ts';
import { compileProxy } from '../src/compile/index.ts';
import { type ClientRequest, readRequest } from '../src/explain/index.ts';
import { readCaptureState } from '../src/io/capture-source.ts';
import type { ProxyConfig } from '../src/model/envoy.ts';
import { buildRegistry } from '../src/registry/index.ts';
import { Dice, nearRequest } from '../test/support/route-requests.ts';

const [capture = join(import.meta.dirname, '../fixtures/recordings/1.29/drift-several/capture'), count = '200000'] =
  process.argv.slice(2);
const state = await readCaptureState(capture);
const registry = buildRegistry(toRegistryInput(state));
const configs = new Map<string, ProxyConfig>(
  registry.proxies.map((proxy) => [proxy.id, usualValues(compileProxy(proxy, registry))]),
);
const pods = state.resources.filter((it) => it.kind === 'Pod');
const mesh = new Mesh(registry, pods, (proxy) => configs.get(proxy.id));
const dice = new Dice(1);
const sidecars = registry.proxies.filter((it) => it.type === 'sidecar');
const gateways = registry.proxies.filter((it) => it.type === 'router');

const most = Math.min(5_000, Number(count));
const questions: { start: Start; request: ClientRequest }[] = [];
while (questions.length < most) {
  const gateway = gateways.length > 0 && dice.chance(0.2) ? dice.pick(gateways) : undefined;
  const proxy = gateway ?? dice.pick(sidecars);
  const routes = dice.pick((configs.get(proxy.id) as ProxyConfig).routes.filter((it) => it.virtual_hosts?.length));
  const port = Number(/^(?:http\.)?(\d+)$/.exec(routes?.name ?? '')?.[1] ?? 0);
  if (!routes || port === 0) continue;
  const { method, path, headers } = nearRequest(routes, dice);
  const host = headers[0]?.[1].replace(/:\d+$/, '') ?? '';
  const lines = headers.slice(1).map(([name, value]) => `${name}: ${value}`);
  try {
    const request = readRequest(`http://${host}:${port}/`, lines, method);
    const start: Start = gateway ? { kind: 'gateway', pod: gateway.pod, port } : { kind: 'pod', pod: proxy.pod };
    const question = { start, request: { ...request, http: { ...request.http, path } } };
    ask(mesh, question.start, question.request, {});
    questions.push(question);
  } catch (error) {
    if ((error as { expected?: boolean }).expected !== true) throw error;
  }
}

const ends = new Map<string, number>();
let inbound = 0;
const before = process.cpuUsage();
for (let index = 0; index < Number(count); index++) {
  const { start, request } = questions[index % most] as (typeof questions)[number];
  const answer = ask(mesh, start, request, {});
  const end = answer ? `${answer.outcome.kind} ${answer.outcome.status ?? ''} ${answer.outcome.flag}` : 'none';
  ends.set(end, (ends.get(end) ?? 0) + 1);
  if (answer?.hop?.branches.some((it) => it.inbound)) inbound++;
}
const { user, system } = process.cpuUsage(before);
const ms = (user + system) / 1000;
const figures = {
  requests: Number(count),
  reachedAnotherProxy: inbound,
  ends: Object.fromEntries([...ends].sort((a, b) => b[1] - a[1])),
  cpuMs: Math.round(ms),
  perMinute: Math.round((Number(count) / ms) * 60_000),
};
process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
