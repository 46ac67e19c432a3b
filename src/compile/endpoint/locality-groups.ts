import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { derive, deriveField, type Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { isIpAddress } from '../../registry/hostname.ts';
import type { DestinationRule, Endpoint, Registry, Service, ServicePort } from '../../registry/types.ts';
import { lbEndpoint, sourceField } from './lb-endpoint.ts';
import { localityMessage, localityText } from './locality.ts';
import type { LocalityGroup } from './locality-group.ts';
import { type MtlsCheck, mtlsCheck } from './mtls.ts';
import { viaNetworkGateways } from './network-filter.ts';
import { isSendable } from './sendable.ts';
import { subsetOf } from './subset.ts';

/** Which endpoints are asked for, by whom (istiod's `EndpointBuilder`). */
export interface EndpointQuery {
  proxy: Proxy;
  registry: Registry;
  service: Service;
  port: ServicePort;
  rule: DestinationRule | undefined;
  /** '' for all endpoints. */
  subset: string;
  /** For a cluster of an AUTO_PASSTHROUGH gateway, which must only lead to mutual TLS. */
  sniDnat: boolean;
  /** EDS takes addresses only; endpoints with host names are left to DNS clusters. */
  addressesOnly: boolean;
}

/** The endpoints that a proxy is sent, by locality in the order of their names (istiod's `generate`). */
export function localityGroups(query: EndpointQuery): LocalityGroup[] {
  const { registry, service, port } = query;
  const labels = subsetLabels(subsetOf(query.rule?.spec, query.subset));
  const mtls = mtlsCheck(query);
  const byLocality = new Map<string, Endpoint[]>();
  for (const endpoint of registry.endpoints(service, port)) {
    if (query.addressesOnly && !endpoint.pipe && endpoint.address !== '' && !isIpAddress(endpoint.address)) continue;
    if (labels && !labels.every(([name, value]) => endpoint.labels[name] === value)) continue;
    if (!isSendable(query, endpoint)) continue;
    const locality = localityText(endpoint.locality);
    const members = byLocality.get(locality);
    if (members) members.push(endpoint);
    else byLocality.set(locality, [endpoint]);
  }
  const local = [...byLocality.keys()].sort().map((key) => toGroup(query, byLocality.get(key) as Endpoint[], mtls));
  const groups = viaNetworkGateways(query, local);
  return query.sniDnat ? groups.map(onlyMtls) : groups;
}

function toGroup(query: EndpointQuery, endpoints: Endpoint[], mtls: MtlsCheck) {
  const entries = endpoints.map((endpoint) => lbEndpoint(query, endpoint, mtls(endpoint)));
  const message = derive(
    {
      locality: localityMessage((endpoints[0] as Endpoint).locality),
      lb_endpoints: entries,
      load_balancing_weight: Math.min(sumOf(entries), 4294967295),
    },
    ...new Set(endpoints.map((endpoint) => endpoint.source)),
  );
  for (const [field, key] of [
    ['locality', 'locality'],
    ['load_balancing_weight', 'weight'],
  ] as const)
    deriveField(message, field, ...distinct(endpoints, key));
  return { message, endpoints };
}

/** What sets a field of a group, each object once: all endpoints of an EndpointSlice have one source. */
function distinct(endpoints: readonly Endpoint[], key: string): Source[] {
  const bySource = new Map(endpoints.map((endpoint) => [endpoint.source, sourceField(endpoint, key)]));
  return [...bySource.values()];
}

function onlyMtls({ message, endpoints }: LocalityGroup): LocalityGroup {
  const entries: unknown = message['lb_endpoints'];
  if (!Array.isArray(entries)) return { message, endpoints };
  const kept = [...entries.keys()].filter((index) => usesMtls(entries[index] as JsonObject));
  const left = kept.map((index) => entries[index] as JsonObject);
  return {
    message: { locality: message['locality'], lb_endpoints: left, load_balancing_weight: sumOf(left) },
    endpoints: kept.map((index) => endpoints[index] ?? { labels: {} }),
  };
}

/** Whether the entry is marked for mutual TLS of the mesh. */
export function usesMtls(entry: JsonObject): boolean {
  const filters = (entry['metadata'] as JsonObject | undefined)?.['filter_metadata'] as JsonObject | undefined;
  const match = filters?.['envoy.transport_socket_match'];
  return isObject(match) && match['tlsMode'] === 'istio';
}

/** Sum of the weights of `LbEndpoint`s. */
export function sumOf(entries: readonly JsonObject[]): number {
  return entries.reduce((sum, entry) => sum + Number(entry['load_balancing_weight'] ?? 0), 0);
}

function subsetLabels(subset: JsonObject | undefined): [string, string][] | undefined {
  const labels = subset?.['labels'];
  return isObject(labels) ? (Object.entries(labels) as [string, string][]) : undefined;
}
