import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { readDesired } from '../../src/app/desired/index.ts';
import { overlay } from '../../src/app/drift/overlay.ts';
import { unackedTypes } from '../../src/app/drift/sync.ts';
import { readSyncz } from '../../src/app/drift/syncz.ts';
import { toRegistryInput } from '../../src/app/registry-input.ts';
import { idOf, Mesh } from '../../src/app/route/mesh.ts';
import { serving, supplied, type Waiting } from '../../src/app/route/serving.ts';
import { usualValues } from '../../src/app/route/usual-values.ts';
import { compileProxy } from '../../src/compile/index.ts';
import { decodeConfigDumpBytes } from '../../src/decode/bytes.ts';
import { readCaptureState } from '../../src/io/capture-source.ts';
import type { ProxyConfig, ResourceType } from '../../src/model/envoy.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Proxy } from '../../src/model/proxy.ts';
import type { Resource } from '../../src/model/resource.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import type { Registry } from '../../src/registry/types.ts';
import { type Logged, readAccessLog } from './access-log.ts';
import { type Lab, labOf } from './lab.ts';

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
  seenHeader?: Record<string, string>;
  servedBy?: string;
  accessLog?: string;
  curlExit?: number;
}

/** `dump`: proxies as they were; `api`: what the API server's objects compile to; `git`: the same with Git laid over them. */
export const sides = ['dump', 'api', 'git'] as const;
export type SideName = (typeof sides)[number];

export interface Recording {
  name: string;
  probes: Probe[];
  labels: RouteLabel[];
  pods: Resource[];
  lab: Lab;
  /** Seconds since 1970. */
  takenAt: number;
  meshes: Record<SideName, Mesh>;
  /** When a proxy got a resource, in milliseconds. */
  changedAt(proxy: string, type: ResourceType, name: string): number | undefined;
  /** Pods whose iptables rules a step took away: their proxies get no traffic, and nothing that is captured shows it. */
  flushed: ReadonlySet<string>;
  /** The requests that a proxy logged, as far as they were recorded. */
  logOf(proxy: string): readonly Logged[];
  /** Whether a proxy has acknowledged all that it was sent. */
  inSync(proxy: string): boolean;
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
  const changes = new Map<string, Record<ResourceType, Map<string, string>>>();
  const waiting = new Map<string, Waiting>();
  const fileOf = (proxy: string, file: string): string => join(folder, 'capture', 'proxies', proxy, file);
  const dump = once((proxy) => {
    if (!existsSync(fileOf(proxy.id, 'config_dump.json'))) return undefined;
    const live = decodeConfigDumpBytes(readFileSync(fileOf(proxy.id, 'config_dump.json')));
    changes.set(proxy.id, live.lastUpdated);
    waiting.set(proxy.id, live);
    const clusters = fileOf(proxy.id, 'clusters.json');
    return serving(live, existsSync(clusters) ? (JSON.parse(readFileSync(clusters, 'utf8')) as JsonObject) : undefined);
  });
  const logs = new Map<string, Logged[]>();
  const logOf = (proxy: string): Logged[] => {
    let lines = logs.get(proxy);
    if (!lines) {
      const file = fileOf(proxy, 'proxy.log');
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      lines = text.split('\n').flatMap((line) => (line.startsWith('[') ? (readAccessLog(line) ?? []) : []));
      logs.set(proxy, lines);
    }
    return lines;
  };
  /** Secrets are in no capture: which of them are missing only the proxies that wait for them tell. */
  const compiled = (proxy: Proxy, from: Registry): ProxyConfig => {
    const config = usualValues(compileProxy(proxy, from));
    dump(proxy);
    const live = waiting.get(proxy.id);
    return live ? supplied(config, live) : config;
  };
  const api = once((proxy) => compiled(proxy, registry));
  const gitRegistry = await registryOfGit(folder, state);
  const git = once((proxy) => {
    const own = gitRegistry.proxies.find((it) => it.id === proxy.id);
    return own && compiled(own, gitRegistry);
  });
  const rows = readSyncz(state.istiods[0]?.syncz);
  const scenario = load(readFileSync(join(folder, 'scenario.yaml'), 'utf8')) as {
    expect?: { route?: RouteLabel[] };
    steps?: Record<string, unknown>[];
  };
  const flushed = (scenario.steps ?? []).flatMap((it) => pick(pods, String(it['flush-iptables'] ?? '')) ?? []);
  return {
    name,
    probes: JSON.parse(readFileSync(join(folder, 'probes.json'), 'utf8')) as Probe[],
    labels: scenario.expect?.route ?? [],
    pods,
    lab: labOf(pods),
    takenAt: Date.parse(state.takenAt) / 1000,
    meshes: {
      dump: new Mesh(registry, pods, dump),
      api: new Mesh(registry, pods, api),
      git: new Mesh(gitRegistry, pods, git),
    },
    changedAt(proxy, type, resource) {
      const text = changes.get(proxy)?.[type].get(resource);
      return text === undefined ? undefined : Date.parse(text);
    },
    logOf,
    flushed: new Set(flushed.map(idOf)),
    inSync: (proxy) => rows.has(proxy) && unackedTypes(rows.get(proxy) ?? {}).length === 0,
  };
}

/** The API server's objects with Git's laid over them; a pull request's base is what the mesh runs. */
async function registryOfGit(folder: string, state: Awaited<ReturnType<typeof readCaptureState>>): Promise<Registry> {
  const path = ['base', 'rendered', 'git'].find((it) => existsSync(join(folder, it))) ?? 'git';
  const input = toRegistryInput(state);
  if (!existsSync(join(folder, path))) return buildRegistry(input);
  const desired = await readDesired({ git: folder, ref: 'WORKTREE', paths: [path], cwd: folder, mayBeEmpty: true });
  input.resources = overlay(state.resources, desired.resources);
  return buildRegistry(input);
}

function once(make: (proxy: Proxy) => ProxyConfig | undefined): (proxy: Proxy) => ProxyConfig | undefined {
  const made = new Map<string, ProxyConfig | undefined>();
  return (proxy) => {
    if (!made.has(proxy.id)) made.set(proxy.id, make(proxy));
    return made.get(proxy.id);
  };
}

/** The pod that a probe was sent from: `NS/APP`, `NS/APP:VERSION` or the beginning of a name, the first of the list. */
export function pick(pods: readonly Resource[], spec: string): Resource | undefined {
  const [namespace = '', rest = ''] = spec.split('/');
  const [app = '', version] = rest.split(':');
  return pods.find(({ metadata: { namespace: own, name, labels } }) => {
    const named = labels['app'] === app || labels['istio'] === app || name.startsWith(`${app}-`);
    return own === namespace && named && (version === undefined || labels['version'] === version);
  });
}
