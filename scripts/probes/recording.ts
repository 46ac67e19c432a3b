import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { unackedTypes } from '../../src/app/drift/sync.ts';
import { readSyncz } from '../../src/app/drift/syncz.ts';
import { toRegistryInput } from '../../src/app/registry-input.ts';
import { Mesh } from '../../src/app/route/mesh.ts';
import { serving } from '../../src/app/route/serving.ts';
import { usualValues } from '../../src/app/route/usual-values.ts';
import { compileProxy } from '../../src/compile/index.ts';
import { decodeConfigDumpBytes } from '../../src/decode/bytes.ts';
import { readCaptureState } from '../../src/io/capture-source.ts';
import type { ProxyConfig } from '../../src/model/envoy.ts';
import type { Proxy } from '../../src/model/proxy.ts';
import type { Resource } from '../../src/model/resource.ts';
import { buildRegistry } from '../../src/registry/index.ts';

/** A request that was really sent, and what became of it. */
export interface Probe {
  id: string | number | boolean;
  from?: string;
  gateway?: string;
  port?: number;
  url: string;
  method?: string;
  headers?: Record<string, string>;
  status: number;
  curlExit: number;
  servedBy?: string;
  redirect?: string;
  body?: string;
  accessLog?: string;
  seen?: { method: string; path: string; headers: Record<string, string>; port: number };
}

/** What people wrote that a probe should show. */
export interface RouteLabel {
  probe: string;
  route?: string | null;
  cluster?: string | string[] | null;
  status?: number;
  flag?: string;
}

export interface Recording {
  name: string;
  probes: Probe[];
  labels: RouteLabel[];
  pods: Resource[];
  takenAt: string;
  /** When a proxy got a listener. */
  changedAt(proxy: string, listener: string): string | undefined;
  /** Whether a proxy had acknowledged all that it was sent. */
  inSync(proxy: string): boolean;
  /** Proxies as they were. */
  live: Mesh;
  /** What the API server's objects compile to. */
  expected: Mesh;
}

/** Names of the recordings below a folder that have probes, such as `1.29/baseline`. */
export function recordingsWithProbes(root: string): string[] {
  return globSync('*/*/probes.json', { cwd: root })
    .map((it) => it.slice(0, -'/probes.json'.length))
    .sort();
}

/** Reads a recording; dumps are decoded and proxies compiled when a request first meets them. */
export async function readRecording(root: string, name: string): Promise<Recording> {
  const folder = join(root, name);
  const state = await readCaptureState(join(folder, 'capture'));
  const registry = buildRegistry(toRegistryInput(state));
  const pods = state.resources.filter((it) => it.kind === 'Pod' && it.group === '');
  const changes = new Map<string, Map<string, string>>();
  const live = once((proxy) => {
    const file = join(folder, 'capture', 'proxies', proxy.namespace, proxy.podName, 'config_dump.json');
    if (!existsSync(file)) return undefined;
    const dump = decodeConfigDumpBytes(readFileSync(file));
    changes.set(proxy.id, dump.lastUpdated.listener);
    return serving(dump);
  });
  const rows = readSyncz(state.istiods[0]?.syncz);
  const expected = once((proxy) => usualValues(compileProxy(proxy, registry)));
  const scenario = load(readFileSync(join(folder, 'scenario.yaml'), 'utf8')) as { expect?: { route?: RouteLabel[] } };
  return {
    name,
    probes: JSON.parse(readFileSync(join(folder, 'probes.json'), 'utf8')) as Probe[],
    labels: scenario.expect?.route ?? [],
    pods,
    takenAt: state.takenAt,
    changedAt: (proxy, listener) => changes.get(proxy)?.get(listener),
    inSync: (proxy) => unackedTypes(rows.get(proxy) ?? {}).length === 0 && rows.has(proxy),
    live: new Mesh(registry, pods, live),
    expected: new Mesh(registry, pods, expected),
  };
}

function once(make: (proxy: Proxy) => ProxyConfig | undefined): (proxy: Proxy) => ProxyConfig | undefined {
  const made = new Map<string, ProxyConfig | undefined>();
  return (proxy) => {
    if (!made.has(proxy.id)) made.set(proxy.id, make(proxy));
    return made.get(proxy.id);
  };
}
