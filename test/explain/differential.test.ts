import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeConfigDumpBytes } from '../../src/decode/bytes.ts';
import type { World } from '../../src/explain/index.ts';
import { readRequest } from '../../src/explain/index.ts';
import { walkListener } from '../../src/explain/walk.ts';
import type { RouteConfiguration } from '../../src/model/envoy.ts';
import { type RealAnswer, type RouteEnvoy, startRouteEnvoy, type Table } from '../support/route-envoy.ts';
import { Dice, generatedSettings, generatedTable, nearRequest, type Sent } from '../support/route-requests.ts';

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
    (): Table => ({ routes: generatedTable(dice), settings: generatedSettings(dice) }),
  );
  const tables = [...recorded, ...generated];
  let envoy: RouteEnvoy;

  beforeAll(async () => {
    envoy = await startRouteEnvoy(tables);
  }, 120_000);
  afterAll(() => envoy?.stop());

  it(`agree on ${requests} requests`, { timeout: 300_000 }, async () => {
    const differences: string[] = [];
    let matched = 0;
    const work = Array.from({ length: requests }, (_, index) => index);
    await Promise.all(
      Array.from({ length: 1 }, async () => {
        for (let index = work.pop(); index !== undefined; index = work.pop()) {
          const table = index % tables.length;
          const sent = nearRequest((tables[table] as Table).routes, dice);
          const real = await envoy.send(table, sent.method, sent.path, sent.headers);
          if (real.route !== undefined) matched++;
          const difference = compare(predict(envoy, table, sent), real);
          if (difference.length > 0)
            differences.push(
              `table ${table} ${JSON.stringify(sent)} ${JSON.stringify(tables[table]?.settings)}: ${difference.join('; ')} ${routeAt(tables[table], real.route)}`,
            );
        }
      }),
    );
    expect(differences.slice(0, 20)).toEqual([]);
    expect(recorded.length).toBeGreaterThan(1);
    expect(matched).toBeGreaterThan(requests / 3);
  });
});

/** The route that Envoy took, to see what it is that was not understood. */
function routeAt(table: Table | undefined, place: string | undefined): string {
  const [host, route] = (place ?? '').split('/');
  return place === undefined
    ? ''
    : JSON.stringify(table?.routes.virtual_hosts?.[Number(host)]?.routes?.[Number(route)]);
}

const world: World = { peerAt: () => ({ name: 'echo', address: '127.0.0.1' }), answer: 200 };

interface Predicted extends Omit<RealAnswer, 'seen'> {
  seen?: { path: string; host: string };
}

function predict(envoy: RouteEnvoy, table: number, { method, path, headers }: Sent): Predicted {
  const { config, listener } = envoy.configs[table] as RouteEnvoy['configs'][number];
  const request = readRequest(
    'http://client/',
    headers.map(([name, value]) => `${name}: ${value}`),
    method,
  );
  const connection = {
    destinationIp: '127.0.0.1',
    destinationPort: 1,
    sourceIp: '127.0.0.1',
    http: 'http/1.1' as const,
  };
  const hop = walkListener({ name: 'test', config }, listener, connection, { ...request.http, path }, world);
  const { outcome } = hop;
  return {
    status: outcome.status ?? 0,
    route: hop.route?.name,
    location: outcome.location,
    seen: outcome.upstream && { path: outcome.upstream.path, host: outcome.upstream.authority },
  };
}

function compare(predicted: Predicted, real: RealAnswer): string[] {
  const differences: string[] = [];
  for (const key of ['status', 'location'] as const)
    if (predicted[key] !== real[key]) differences.push(`${key}: predicted ${predicted[key]}, Envoy ${real[key]}`);
  // What is answered for the form of its path may carry the header of the route that the old path has.
  const early =
    predicted.route === undefined && (real.status === 400 || real.status === 307) && real.seen === undefined;
  if (real.route !== undefined && !early && predicted.route !== real.route)
    differences.push(`route: predicted ${predicted.route}, Envoy ${real.route}`);
  if (real.route === undefined && predicted.route !== undefined && real.status === 404)
    differences.push(`route: predicted ${predicted.route}, Envoy none`);
  if (predicted.seen?.path !== real.seen?.path)
    differences.push(`path: predicted ${predicted.seen?.path}, Envoy ${real.seen?.path}`);
  if (real.seen && predicted.seen?.host !== real.seen.host)
    differences.push(`host: predicted ${predicted.seen?.host}, Envoy ${real.seen.host}`);
  return differences;
}
