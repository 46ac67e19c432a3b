import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { hostsOverlap, isSubsetOf } from '../hostname.ts';
import { objects, strings } from '../objects.ts';
import { destination, type RouteSource, totalWeight, weightedBackends } from './backend.ts';
import { type GatewayApiContext, section } from './context.ts';

/** Where connections go that no backend takes: a cluster that does not exist. */
const noBackend = { host: 'internal.cluster.local', subset: 'zero-weight', port: { number: 65535 } };

/** A rule of a TCPRoute or TLSRoute as a VirtualService's (convertTCPRoute, convertTLSRoute). */
export function layer4Rule(rule: JsonObject, route: RouteSource, context: GatewayApiContext): JsonObject {
  if (totalWeight(rule['backendRefs']) === 0)
    return standsFor<JsonObject>({ route: [{ destination: structuredClone(noBackend) }] }, rule);
  const items = weightedBackends(rule['backendRefs']).map(({ backend, weight }) =>
    standsFor<JsonObject>(
      { destination: destination(backend, route, context), ...(weight === 0 ? {} : { weight }) },
      backend,
    ),
  );
  return standsFor<JsonObject>({ route: standsFor(items, rule['backendRefs'] as object) }, rule);
}

/** Whether the rule has no backends that take connections. */
export function isNowhere(rule: JsonObject): boolean {
  return objects(rule['route']).some((item) => section(item, 'destination')['subset'] === noBackend.subset);
}

/** The rule for one port only (augmentPortMatch, augmentTCPPortMatch). */
export function atPort(rule: JsonObject, port: unknown): JsonObject {
  const matches = objects(rule['match']);
  const match = (matches.length > 0 ? matches : [standsFor<JsonObject>({}, rule)]).map((item) =>
    standsFor<JsonObject>({ ...item, port } as JsonObject, item),
  );
  return standsFor<JsonObject>({ ...rule, match }, rule);
}

/** A TLS rule with other server names in its only match. */
export function withSniHosts(rule: JsonObject, change: (hosts: string[]) => string[]): JsonObject {
  const match = objects(rule['match']).map((item) =>
    standsFor<JsonObject>({ ...item, sniHosts: change(strings(item['sniHosts'])) }, item),
  );
  return standsFor<JsonObject>({ ...rule, match }, rule);
}

/** Server names of a mesh rule: without own hostnames those of the parent (augmentTLSPortMatch). */
export function parentSniHosts(rule: JsonObject, parentHosts: string[]): JsonObject {
  return withSniHosts(rule, (hosts) => (hosts.length === 1 && hosts[0] === '*' ? parentHosts : hosts));
}

/** Of several server names those that overlap with the parent's host (compatibleRoutesForHost). */
export function compatibleSniHosts(rule: JsonObject, parentHost: string): JsonObject {
  return withSniHosts(rule, (hosts) =>
    hosts.length > 1 ? hosts.filter((host) => hostsOverlap(parentHost, host)) : hosts,
  );
}

/** Names covered by both lists, each in its narrower form (host.Names.Intersection). */
export function intersectHosts(hosts: readonly string[], others: readonly string[]): string[] {
  const result = new Set<string>();
  for (const host of hosts)
    for (const other of others)
      if (isSubsetOf(host, other)) result.add(host);
      else if (isSubsetOf(other, host)) result.add(other);
  return [...result];
}
