import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeConfigDumpBytes } from '../../src/decode/bytes.ts';
import type { Hop } from '../../src/explain/hop.ts';
import { changedHeaders, headerChanges } from '../../src/explain/http/headers.ts';
import { upgradeOf } from '../../src/explain/http/upgrade.ts';
import type { World } from '../../src/explain/index.ts';
import { readRequest } from '../../src/explain/index.ts';
import type { HttpRequest } from '../../src/explain/request.ts';
import { walkListener } from '../../src/explain/walk.ts';
import type { Message, RouteConfiguration } from '../../src/model/envoy.ts';
import { generatedFilters, generatedToken } from '../support/generated-filters.ts';
import { generatedSettings, generatedTable } from '../support/generated-table.ts';
import { type Logged, type RealAnswer, type RouteEnvoy, startRouteEnvoy, type Table } from '../support/route-envoy.ts';
import { Dice, nearRequest, type Sent } from '../support/route-requests.ts';

const now = Math.floor(Date.now() / 1000);
const seed = Number(process.env['MESH_SEED'] ?? 20261121);
const requests = Number(process.env['MESH_REQUESTS'] ?? 3000);

/** Route tables that real istiods sent, those with most routes first. */
function recordedTables(): Table[] {
  const fixtures = join(import.meta.dirname, '../../fixtures/recordings');
  const full = process.env['MESH_RECORDINGS'];
  const some =
    '*/{*vs-*,*gateway-http*,*gwapi*}/capture/proxies/{shop/frontend*,istio-ingress/ingress*}/config_dump.json';
  const root = full && existsSync(full) ? full : fixtures;
  const files = globSync(root === fixtures ? '*/*/capture/proxies/*/*/config_dump.json' : some, { cwd: root });
  const tables = new Map<string, RouteConfiguration>();
  for (const file of files.sort())
    for (const routes of decodeConfigDumpBytes(readFileSync(join(root, file))).config.routes)
      if ((routes.virtual_hosts ?? []).some((host) => (host.routes ?? []).length > 1))
        tables.set(JSON.stringify(routes), routes);
  return [...tables.values()]
    .slice(0, 60)
    .map((routes) => ({ routes: withoutClaims(routes), settings: { normalize_path: true } }));
}

/** Without matches on claims, for no filter sets them here. */
function withoutClaims(routes: RouteConfiguration): RouteConfiguration {
  return JSON.parse(JSON.stringify(routes), (key, value) =>
    key === 'dynamic_metadata' ? undefined : value,
  ) as RouteConfiguration;
}

describe('routes and a real Envoy', () => {
  const dice = new Dice(seed);
  const recorded = recordedTables();
  const generated = Array.from(
    { length: 40 },
    (): Table => ({
      routes: generatedTable(dice),
      settings: generatedSettings(dice),
      whole: true,
      ...(dice.chance(0.4) ? { filters: generatedFilters(dice) } : {}),
    }),
  );
  const tables = [...recorded, ...generated];
  let envoy: RouteEnvoy;

  beforeAll(async () => {
    envoy = await startRouteEnvoy(tables);
  }, 120_000);
  afterAll(() => envoy?.stop());

  it(`agree on ${requests} requests`, { timeout: 600_000 }, async () => {
    const played: Played[] = [];
    for (let index = 0; index < requests; index++) {
      const table = index % tables.length;
      const sent = nearRequest((tables[table] as Table).routes, dice);
      sent.headers.push(['x-test-id', String(index)]);
      if (tables[table]?.filters?.length && dice.chance(0.7)) {
        const { headers, query } = generatedToken(dice, now);
        sent.headers.push(...headers);
        if (query) sent.path += `${sent.path.includes('?') ? '&' : '?'}${query}`;
      }
      played.push({ table, sent, real: await envoy.send(table, sent.method, sent.path, sent.headers) });
    }
    const log = await envoy.log();
    const differences = played.flatMap((it, index) => {
      const found = compare(predict(envoy, it), it.real, log.get(String(index)));
      const { routes, settings } = tables[it.table] as Table;
      return found.length === 0
        ? []
        : [
            `table ${it.table} ${JSON.stringify(it.sent)} ${JSON.stringify(settings)}: ${found.join('; ')} ${routeAt(routes, it.real.route)}`,
          ];
    });
    expect(differences.slice(0, 20)).toEqual([]);
    expect(recorded.length).toBeGreaterThan(1);
    expect(played.filter((it) => it.real.route !== undefined).length).toBeGreaterThan(requests / 4);
  });
});

interface Played {
  table: number;
  sent: Sent;
  real: RealAnswer;
}

/** The route that Envoy took, to see what it is that was not understood. */
function routeAt(routes: RouteConfiguration, place: string | undefined): string {
  const [host, route] = (place ?? '').split('/');
  return place === undefined ? '' : JSON.stringify(routes.virtual_hosts?.[Number(host)]?.routes?.[Number(route)]);
}

/** What a hop and its end are, in the terms of an answer. */
interface Predicted {
  hop: Hop;
  status: number;
  route?: string;
  location?: string;
  seen?: HttpRequest;
  response: HttpRequest['headers'];
}

function predict(envoy: RouteEnvoy, { table, sent: { method, path, headers } }: Played): Predicted {
  const { config, listener } = envoy.configs[table] as RouteEnvoy['configs'][number];
  const request = readRequest(
    'http://client/',
    headers.map(([name, value]) => `${name}: ${value}`),
    method,
  );
  const connects = method === 'CONNECT';
  const asked = connects ? { ...request.http, authority: path, path: '' } : { ...request.http, path };
  const connection = {
    destinationIp: '127.0.0.1',
    destinationPort: envoy.portOf(table),
    sourceIp: '127.0.0.1',
    http: 'http/1.1' as const,
  };
  const [given] = request.http.headers.get('x-answer') ?? [];
  const answer = given === undefined || upgradeOf(request.http) !== undefined ? undefined : Number(given);
  const world: World = { peerAt: () => ({ name: 'echo', address: '127.0.0.1' }), answer, now };
  const hop = walkListener({ name: 'test', config }, listener, connection, asked, world);
  const { outcome } = hop;
  // Endpoints of several clusters are one server, whose answers differ only in what each cluster changes.
  const branch = hop.branches.length === 1 ? hop.branches[0] : undefined;
  const seen = branch?.outcome.upstream;
  const own = new Map(outcome.upstream ? [['x-r', ['app']]] : []);
  const entry = hop.clusters.length === 1 ? entryOf(hop, String(hop.clusters[0]?.cluster)) : undefined;
  const response =
    hop.config && hop.route
      ? changedHeaders(
          own,
          headerChanges('response', hop.config, hop.virtualHost, hop.route, entry),
          seen ?? hop.request ?? request.http,
        )
      : own;
  return { hop, status: outcome.status ?? 0, route: hop.route?.name, location: outcome.location, seen, response };
}

function entryOf(hop: Hop, cluster: string): Message | undefined {
  return hop.route?.['route']?.['weighted_clusters']?.['clusters']?.find((it: Message) => it['name'] === cluster);
}

/** Headers that Envoy adds for reasons of its own. */
const ofEnvoy =
  /^(x-request-id|grpc-timeout|x-envoy-.*|x-forwarded-.*|content-length|connection|transfer-encoding|host|upgrade)$/;

function compare(predicted: Predicted, real: RealAnswer, logged: Logged | undefined): string[] {
  const differences: string[] = [];
  const { hop, seen } = predicted;
  const differ = (what: string, mine: unknown, envoys: unknown): void => {
    if (mine !== envoys) differences.push(`${what}: predicted ${mine}, Envoy ${envoys}`);
  };
  differ('status', predicted.status, real.status);
  differ('location', predicted.location, real.location);
  // What is answered for the form of its path may carry the header of the route that the old path has.
  const early = hop.request === undefined && real.seen === undefined;
  if (real.route !== undefined && !early) differ('route', predicted.route, real.route);
  if (real.route === undefined && real.status === 404) differ('route', predicted.route, undefined);
  if (hop.branches.length > 1) {
    const clusters = hop.branches.map((it) => it.cluster);
    if (logged && !clusters.includes(logged.cluster))
      differences.push(`cluster: predicted ${clusters}, Envoy ${logged.cluster}`);
    return differences;
  }
  // The echo server closes what it has upgraded or connected, and tells nothing of a CONNECT.
  const switched = real.status === 101 || (hop.request?.method === 'CONNECT' && real.status === 200);
  if (hop.request?.method === 'CONNECT' && switched) return differences;
  differ('path', seen?.path, real.seen?.path);
  differ('host', seen?.authority, real.seen?.host);
  if (seen && real.seen)
    for (const name of new Set([...seen.headers.keys(), ...Object.keys(real.seen.headers)]))
      if (!ofEnvoy.test(name)) differ(`header ${name}`, seen.headers.get(name)?.join(','), real.seen.headers[name]);
  const oneEntry = seen !== undefined || hop.clusters.length <= 1;
  if (!early && real.route !== undefined && oneEntry)
    for (const name of ['x-r', 'x-s'])
      differ(`response header ${name}`, predicted.response.get(name)?.join(', '), real.headers[name]);
  if (logged && !switched) differ('flags', hop.outcome.flag, logged.flags);
  if (logged && !hop.outcome.upstream) differ('details', hop.outcome.details.replace(/: .*/, ''), logged.details);
  return differences;
}
