import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { runDrift } from '../../../src/app/run-drift.ts';
import { makeRepository } from '../../support/git-repository.ts';

vi.setConfig({ testTimeout: 120_000 });

const recording = 'fixtures/recordings/1.29/baseline/capture';
const { signal } = new AbortController();
let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Drift of a mesh in which these proxies' routes to cart were given a timeout that no configuration has. */
async function withTimeout(edited: (proxy: string) => boolean) {
  folder = mkdtempSync(join(tmpdir(), 'mesh-unexplained-'));
  cpSync(recording, folder, { recursive: true });
  const proxies = join(folder, 'proxies');
  for (const namespace of readdirSync(proxies))
    for (const pod of readdirSync(join(proxies, namespace)).filter((it) => edited(`${namespace}/${it}`))) {
      const file = join(proxies, namespace, pod, 'config_dump.json');
      const dump = JSON.parse(readFileSync(file, 'utf8'));
      for (const { route_config } of dump.configs.flatMap((it: any) => it.dynamic_route_configs ?? []))
        for (const { name, routes } of route_config.virtual_hosts)
          if (name === 'cart.shop.svc.cluster.local:80') for (const { route } of routes) route.timeout = '7s';
      writeFileSync(file, JSON.stringify(dump));
    }
  const { directory } = makeRepository({
    'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  });
  const flags = { git: directory, capture: folder };
  const { report, code } = await runDrift(flags, '0', signal, () => undefined);
  return { code, found: report.findings.filter(({ code: it }) => it === 'MESH0020' || it === 'MESH0021') };
}

it('an Envoy that differs from its peers is an anomaly', async () => {
  const { found, code } = await withTimeout((proxy) => proxy.startsWith('shop/frontend-'));
  expect(found).toMatchObject([
    { code: 'MESH0020', severity: 'warning', proxies: [expect.stringMatching(/^shop\/frontend-/)] },
  ]);
  expect(code).toBe(1);
});

it('what all peers have alike is one note', async () => {
  const { found, code } = await withTimeout(() => true);
  expect(found).toMatchObject([{ code: 'MESH0021', severity: 'info' }]);
  expect(found[0]?.proxies.length).toBeGreaterThan(10);
  expect(code).toBe(0);
});
