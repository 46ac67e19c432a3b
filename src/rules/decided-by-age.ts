import { compareConfigs } from '../compare/index.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import { isWildcard, resolveGatewayName, resolveShortName } from '../registry/hostname.ts';
import type { Registry } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Each trial costs a registry and some proxies' configuration; beyond so many, pairs are told of together. */
const mostTrials = 24;

/** So many pairs are named of those that are told of together. */
const mostNamed = 6;

const kinds = [
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'ServiceEntry',
  'PeerAuthentication',
  'Sidecar',
  'EnvoyFilter',
];

/**
 * Pairs of objects of which the older one has its way for its age alone: were both created anew from Git in one second,
 * the name would decide, and proxies would get something else. Proven by compiling them so.
 */
export const decidedByAge: Rule = {
  name: 'decided-by-age',
  codes: [codes.decidedByAge],
  find(mesh) {
    const pairs = kinds.flatMap((kind) => agedPairs(mesh.registry, kind));
    return search(mesh, pairs, { left: mostTrials });
  },
};

type Pair = [older: Resource, younger: Resource];

/** What objects created anew would change. */
interface Effect {
  proxies: Proxy[];
  /** Type and name of the Envoy resources that would be others. */
  resources: string[];
}

/**
 * Halves the pairs until each stands alone that changes something: where age decides nothing, as in most meshes, one trial
 * tells it of all. What is left when the trials are used up, or only happens together, is one finding.
 */
function search(mesh: CompiledMesh, pairs: readonly Pair[], trials: { left: number }): Finding[] {
  if (pairs.length === 0) return [];
  trials.left -= 1;
  const effect = effectOf(mesh, pairs.flat());
  if (!effect) return [];
  const [pair] = pairs as [Pair];
  if (pairs.length === 1) return [findingOfPair(mesh, pair, effect)];
  if (trials.left < 2) return [findingOfMany(mesh, pairs, effect)];
  const half = Math.ceil(pairs.length / 2);
  const found = [...search(mesh, pairs.slice(0, half), trials), ...search(mesh, pairs.slice(half), trials)];
  return found.length > 0 ? found : [findingOfMany(mesh, pairs, effect)];
}

/** Pairs that compete, in the order of their age, where their names would order them the other way. */
function agedPairs(registry: Registry, kind: string): Pair[] {
  const all = registry.resources(kind).filter(isWritten);
  const groups = Map.groupBy(
    all.flatMap((resource) => contested(registry, resource).map((subject) => ({ subject, resource }))),
    ({ subject }) => subject,
  );
  const pairs = new Map<string, Pair>();
  for (const group of groups.values())
    for (const [index, { resource: older }] of group.entries())
      for (const { resource: younger } of group.slice(index + 1)) {
        if (older === younger || older.metadata.creationTimestamp === younger.metadata.creationTimestamp) continue;
        if (byName(older, younger) < 0) continue;
        pairs.set(`${resourceKey(older)} ${resourceKey(younger)}`, [older, younger]);
      }
  return [...pairs.values()];
}

/** Not what istiod makes of the Gateway API. */
function isWritten({ metadata }: Resource): boolean {
  return !Object.keys(metadata.annotations).some((name) => name.startsWith('internal.istio.io/'));
}

/** The order of objects of one second: by name, then namespace. */
function byName(a: Resource, b: Resource): number {
  const key = ({ metadata }: Resource): string => `${metadata.name}.${metadata.namespace}`;
  return key(a) < key(b) ? -1 : 1;
}

/** What an object competes for with others of its kind, as keys. */
function contested(registry: Registry, { kind, metadata, spec }: Resource): string[] {
  const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  const { namespace } = metadata;
  if (kind === 'VirtualService') {
    const written = list(spec['gateways']).map((it) => (it === 'mesh' ? it : resolveGatewayName(it, namespace)));
    const gateways = written.length > 0 ? written : ['mesh'];
    const hosts = list(spec['hosts']).map((host) => resolveShortName(host, namespace, registry.domainSuffix));
    // On a gateway the server's host may be what two wildcards have in common.
    const keys = hosts.flatMap((host) => (isWildcard(host) ? [host, 'wildcards'] : [host]));
    return gateways.flatMap((gateway) => keys.map((key) => `${gateway} ${key}`));
  }
  if (kind === 'DestinationRule')
    return [`${namespace} ${resolveShortName(String(spec['host'] ?? ''), namespace, registry.domainSuffix)}`];
  if (kind === 'ServiceEntry') return list(spec['hosts']);
  if (kind === 'Gateway') return [JSON.stringify(spec['selector'] ?? {})];
  if (kind === 'EnvoyFilter') {
    const patches = objects(spec['configPatches']).map((patch) => String(patch['applyTo']));
    return patches.map((applyTo) => `${namespace} ${String(spec['priority'] ?? 0)} ${applyTo}`);
  }
  return [namespace];
}

function effectOf(mesh: CompiledMesh, resources: readonly Resource[]): Effect | undefined {
  const anew = mesh.recreated?.(resources);
  if (!anew) return undefined;
  const found = new Set<string>();
  const changed = representatives(mesh).filter(([proxy]) => {
    const other = anew.proxies.find(({ id }) => id === proxy?.id);
    if (!proxy || !other) return false;
    // The metadata name the object that a value came from, which is no effect.
    const differences = compareConfigs(anew.config(other), mesh.config(proxy)).differences.filter(
      ({ expectedPath }) => !expectedPath.includes('metadata'),
    );
    for (const { type, name } of differences) found.add(`${type} ${name}`);
    return differences.length > 0;
  });
  return changed.length === 0 ? undefined : { proxies: changed.flat(), resources: [...found] };
}

function findingOfPair(mesh: CompiledMesh, [older, younger]: Pair, effect: Effect): Finding {
  return findingOf(mesh, {
    ...common(older, effect),
    message: `goes before ${resourceName(younger)} only because it is older (${bornOf(older)}, ${bornOf(younger)})`,
    effect: `none now. Where both are created anew in one second (a restored cluster, one apply), ${resourceName(younger)} goes first by its name, and these proxies get another ${words(effect)}.`,
    related: [wouldGoFirst(younger)],
  });
}

function findingOfMany(mesh: CompiledMesh, pairs: readonly Pair[], effect: Effect): Finding {
  const [[older]] = pairs as [Pair];
  const named = pairs.slice(0, mostNamed).map((pair) => pair.map(resourceName).join(' before '));
  const more = pairs.length > mostNamed ? ` and ${pairs.length - mostNamed} more` : '';
  return findingOf(mesh, {
    ...common(older, effect),
    message: `is one of ${new Set(pairs.map(([it]) => it)).size} objects of which some have their way only because they are older: ${named.join(', ')}${more}`,
    effect: `none now. Where all are created anew in one second (a restored cluster, one apply), their names decide, and these proxies get another ${words(effect)}.`,
    related: pairs.slice(0, mostNamed).map(([, younger]) => wouldGoFirst(younger)),
  });
}

function common(older: Resource, { proxies }: Effect) {
  return {
    code: codes.decidedByAge,
    kind: 'conflict',
    severity: 'info',
    at: at(older, 'metadata', 'creationTimestamp'),
    proxies,
    fix: 'put both into one object, or name them in the order that is meant.',
  } as const;
}

const wouldGoFirst = (younger: Resource) => ({ message: 'would go first', at: at(younger, 'metadata', 'name') });

function words({ resources }: Effect): string {
  const more = resources.length > 3 ? ` and ${resources.length - 3} more` : '';
  return resources.slice(0, 3).join(', ') + more;
}

function bornOf({ metadata }: Resource): string {
  const { creationTimestamp: time } = metadata;
  return time === undefined || time.startsWith('9999') ? 'not created yet' : time;
}

/** Proxies that see the same, by namespace, type and Sidecar. */
function representatives(mesh: CompiledMesh): Proxy[][] {
  const key = (proxy: Proxy): string => {
    const { sidecar } = mesh.registry.sidecarScope(proxy);
    const own = proxy.type === 'router' ? JSON.stringify(proxy.labels) : '';
    return `${proxy.namespace} ${proxy.type} ${sidecar ? resourceName(sidecar) : ''} ${own}`;
  };
  return [...Map.groupBy(mesh.proxies, key).values()];
}
