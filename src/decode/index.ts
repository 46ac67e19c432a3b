import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import { setLeftoverClustersAside } from './leftover-clusters.ts';
import { setLeftoverRoutesAside } from './leftover-routes.ts';
import { elementReaders, sectionTypes } from './sections.ts';
import type { LiveProxy } from './types.ts';
import { DumpError } from './types.ts';

export type { LiveProxy } from './types.ts';
export { asideReasons } from './types.ts';

/** A proxy of which nothing is known yet; `readElement` and `readSection` fill it. */
export function emptyLiveProxy(): LiveProxy {
  return {
    config: { clusters: [], endpoints: [], listeners: [], routes: [] },
    node: undefined,
    versions: {},
    lastUpdated: { cluster: new Map(), endpoint: new Map(), listener: new Map(), route: new Map() },
    rejected: [],
    aside: [],
    waitingListeners: [],
    warming: [],
    waitingSecrets: [],
    heldSecrets: [],
    statics: { cluster: [], endpoint: [], listener: [], route: [] },
    absent: [],
  };
}

/**
 * Reads Envoy's `/config_dump?include_eds` into what the proxy holds (admin v3 `ConfigDump`).
 *
 * @param dump the parsed JSON
 * @throws DumpError where it is not the dump of an Envoy that gets its configuration from istiod
 */
export function decodeConfigDump(dump: unknown): LiveProxy {
  if (Array.isArray(dump)) throw new DumpError('a JSON array, not a config_dump (an object with "configs")');
  if (!isObject(dump) || !Array.isArray(dump['configs']))
    throw new DumpError('not a config_dump: it has no "configs" list');
  const live = emptyLiveProxy();
  const seen = new Set<string>();
  for (const section of dump['configs']) {
    if (!isObject(section)) throw new DumpError('not a config_dump: an element of "configs" is no object');
    seen.add(readSection(section as JsonObject, live));
  }
  return finish(live, seen);
}

/** Checks what all sections together must hold and notes those that are absent. */
export function finish(live: LiveProxy, seen: ReadonlySet<string>): LiveProxy {
  // A proxy that was asked for resources alone tells nothing of secrets.
  const needed = Object.keys(elementReaders).filter((name) => name !== 'SecretsConfigDump');
  live.absent.push(...needed.filter((name) => !seen.has(name)));
  if (live.absent.length === needed.length)
    throw new DumpError('a config_dump without clusters, listeners, routes and endpoints');
  if (live.node && !isIstioNode(live.node.id))
    throw new DumpError(
      `an Envoy that is not Istio's: its node id ${JSON.stringify(live.node.id)} is not "type~ip~name.namespace~domain"`,
    );
  // One of the same name from another source may still be on its way.
  const held = new Set(live.heldSecrets);
  live.waitingSecrets = live.waitingSecrets.filter((name) => !held.has(name));
  if (seen.has('ListenersConfigDump')) {
    setLeftoverRoutesAside(live);
    setLeftoverClustersAside(live);
  }
  return live;
}

/** Reads one element of `configs`; returns the section's message name, such as `ClustersConfigDump`. */
function readSection(section: JsonObject, into: LiveProxy): string {
  const name = sectionName(section);
  const readers = elementReaders[name];
  for (const [field, value] of Object.entries(section)) {
    const read = readers?.[field];
    if (read && Array.isArray(value))
      for (const element of value) if (isObject(element)) read(element as JsonObject, into);
  }
  readSectionFields(name, section, into);
  return name;
}

/** Reads what stands beside the repeated fields: the bootstrap's node, the version of all resources. */
export function readSectionFields(name: string, section: JsonObject, into: LiveProxy): void {
  const type = sectionTypes[name as keyof typeof sectionTypes];
  if (type && typeof section['version_info'] === 'string') into.versions[type] = section['version_info'];
  const bootstrap = section['bootstrap'];
  if (name !== 'BootstrapConfigDump' || !isObject(bootstrap) || !isObject(bootstrap['node'])) return;
  const node = bootstrap['node'] as JsonObject;
  into.node = {
    id: String(node['id'] ?? ''),
    cluster: String(node['cluster'] ?? ''),
    metadata: isObject(node['metadata']) ? (node['metadata'] as JsonObject) : {},
    locality: isObject(node['locality']) ? (node['locality'] as JsonObject) : {},
  };
}

/** The message that a section is, such as `ClustersConfigDump`. */
export function sectionName(section: JsonObject): string {
  const type = section['@type'];
  if (typeof type !== 'string') throw new DumpError('not a config_dump: a section has no "@type"');
  return type.slice(type.lastIndexOf('.') + 1);
}

/** Istio's node ids are `sidecar~10.0.0.1~pod.namespace~namespace.svc.cluster.local` (pilot/pkg/model `ServiceNode`). */
function isIstioNode(id: string): boolean {
  return id.split('~').length === 4;
}
