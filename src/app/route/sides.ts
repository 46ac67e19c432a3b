import { compileProxy } from '../../compile/index.ts';
import { decodeConfigDumpBytes } from '../../decode/bytes.ts';
import type { LiveProxy } from '../../decode/index.ts';
import { type Hop, usesCredentials } from '../../explain/index.ts';
import { type ClusterState, isProblem, type Problem, type ProxySource } from '../../model/cluster-state.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { Registry } from '../../registry/types.ts';
import { podsAt } from '../clusters/choose.ts';
import type { Desired } from '../desired/index.ts';
import { overlay } from '../drift/overlay.ts';
import { UserError } from '../inputs.ts';
import { toRegistryInput } from '../registry-input.ts';
import type { Answer } from './ask.ts';
import { Mesh } from './mesh.ts';
import { Origins } from './origins.ts';
import { serving, supplied, type Waiting } from './serving.ts';
import { usualValues } from './usual-values.ts';

/** One of the two sides that can be asked: a mesh, and the way back from its decisions to lines. */
export interface Side {
  mesh: Mesh;
  registry: Registry;
  pods: Resource[];
  origins: Origins;
  /** Of proxies that a question needed and that could not be read. */
  problems?: readonly Problem[];
  /** Answers a question; what it needs of proxies is read first. */
  answer(question: (mesh: Mesh) => Answer | undefined): Promise<Answer | undefined>;
}

/** What Git says, laid over what it does not own; without Git what the API server's objects say. */
export function expectedSide(state: ClusterState, git: Desired | undefined, signal?: AbortSignal): Side {
  const input = toRegistryInput(state);
  if (git) input.resources = overlay(state.resources, git.resources);
  const registry = buildRegistry(input);
  const configOf = kept((proxy) => usualValues(compileProxy(proxy, registry)));
  const pods = podsAt({ standpoint: state.standpoint, resources: input.resources });
  const waiting = new Map<string, Waiting | undefined>();
  const served = new Map<string, ProxyConfig>();
  const mesh = new Mesh(registry, pods, (proxy) => served.get(proxy.id) ?? configOf(proxy));
  const proxies = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const origins = new Origins(input.resources, git?.resources ?? []);
  const answer: Side['answer'] = async (question) => {
    for (;;) {
      const found = question(mesh);
      const asked = found
        ? hopsOf(found)
            .filter(usesCredentials)
            .map(({ proxy }) => proxy)
        : [];
      const unread = [...new Set(asked)].filter((id) => !waiting.has(id));
      if (unread.length === 0) return found;
      await Promise.all(
        unread.map(async (id) => {
          const live = await readLive(state, id, signal);
          waiting.set(id, live);
          const proxy = proxies.get(id);
          if (live && proxy) served.set(id, supplied(configOf(proxy), live));
        }),
      );
    }
  };
  return { mesh, registry, pods, origins, answer };
}

/** All hops of an answer, servers' and gateways' behind included. */
function hopsOf({ hop, inbound }: Pick<Answer, 'hop' | 'inbound'>): Hop[] {
  const below = (it: Hop): Hop[] => [
    it,
    ...it.branches.flatMap((branch) => (branch.inbound ? below(branch.inbound) : [])),
  ];
  return [hop, inbound].flatMap((it) => (it ? below(it) : []));
}

/** What the live proxies hold. A proxy is read when a request first meets it. */
export function liveSide(state: ClusterState, git: Desired | undefined, signal: AbortSignal): Side {
  const registry = buildRegistry(toRegistryInput(state));
  const pods = podsAt(state);
  const read = new Map<string, ProxyConfig | undefined>();
  const missing = new Set<string>();
  const problems: Problem[] = [];
  const noted = { ...state, proxies: state.proxies.map((source) => noting(source, problems)) };
  const mesh = new Mesh(registry, pods, (proxy) => {
    if (!read.has(proxy.id)) missing.add(proxy.id);
    return read.get(proxy.id);
  });
  const proxies = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
  const compiled = kept((proxy) => usualValues(compileProxy(proxy, registry)));
  const origins = new Origins(state.resources, git?.resources ?? [], (id) => {
    const proxy = proxies.get(id);
    return proxy && compiled(proxy);
  });
  const answer: Side['answer'] = async (question) => {
    for (;;) {
      missing.clear();
      const found = question(mesh);
      if (missing.size === 0) return found;
      await Promise.all([...missing].map(async (id) => read.set(id, await readProxy(noted, id, signal))));
    }
  };
  return { mesh, registry, pods, origins, problems, answer };
}

async function readProxy(state: ClusterState, id: string, signal: AbortSignal): Promise<ProxyConfig | undefined> {
  const live = await readLive(state, id, signal);
  return live && serving(live, live.clusters);
}

async function readLive(
  state: ClusterState,
  id: string,
  signal?: AbortSignal,
): Promise<(LiveProxy & { clusters?: JsonObject }) | undefined> {
  const answers = await state.proxies.find((it) => it.id === id)?.read(signal);
  if (answers === undefined || isProblem(answers)) return undefined;
  try {
    return { ...decodeConfigDumpBytes(answers.configDump), clusters: answers.clusters };
  } catch (error) {
    throw new UserError(`${id}: its config_dump cannot be used: ${(error as Error).message}`);
  } finally {
    answers.release?.();
  }
}

/** The same proxy; what keeps it from being read is put down. */
function noting(source: ProxySource, problems: Problem[]): ProxySource {
  const read: ProxySource['read'] = async (signal) => {
    const answers = await source.read(signal);
    if (isProblem(answers)) problems.push(answers);
    return answers;
  };
  return { ...source, read };
}

function kept(make: (proxy: Proxy) => ProxyConfig): (proxy: Proxy) => ProxyConfig {
  const made = new Map<string, ProxyConfig>();
  return (proxy) => {
    let config = made.get(proxy.id);
    if (!config) {
      config = make(proxy);
      made.set(proxy.id, config);
    }
    return config;
  };
}
