import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import { inherit } from '../../model/provenance.ts';
import { Unknown } from '../../model/unknown.ts';
import type { Endpoint } from '../../registry/types.ts';
import { ipFamily } from '../cluster/ip-family.ts';
import type { LocalityGroup } from './locality-group.ts';
import type { EndpointQuery } from './locality-groups.ts';
import { sumOf, usesMtls } from './locality-groups.ts';
import { gatewayEntry, type NetworkGateway, needsDns, networkGateways, weightScale } from './network-gateways.ts';

/** A locality as it is before: each entry stands for an endpoint of its own. */
interface OwnGroup {
  message: Message;
  endpoints: Endpoint[];
}

/**
 * Replaces endpoints of other networks by the gateways that lead there, which share their weight (istiod's
 * `EndpointsByNetworkFilter`). Only mutual TLS of the mesh can be led on, by its SNI; other endpoints are left out.
 *
 * @param groups with the endpoints that each entry was made of
 */
export function viaNetworkGateways(query: EndpointQuery, groups: readonly OwnGroup[]): LocalityGroup[] {
  const gateways = networkGateways(query.registry);
  if (gateways.length === 0) return [...groups];
  const scale = weightScale(gateways);
  return groups.map((group) => replaceRemote(query, group, gateways, scale));
}

function replaceRemote(
  query: EndpointQuery,
  { message, endpoints }: OwnGroup,
  gateways: readonly NetworkGateway[],
  scale: number,
): LocalityGroup {
  const kept: { entry: Message; endpoint: LocalityGroup['endpoints'][number] }[] = [];
  const shares = new Map<NetworkGateway, number>();
  let unresolved = false;
  for (const [index, endpoint] of endpoints.entries()) {
    const entry = (message['lb_endpoints'] as Message[])[index] as Message;
    const weight = Math.min(Number(entry['load_balancing_weight']) * scale, 4294967295);
    const lead = gatewaysTo(endpoint, gateways);
    if (isDirect(query, endpoint, lead)) {
      if (endpoint.address !== '' || endpoint.pipe !== undefined)
        kept.push({ entry: inherit({ ...entry, load_balancing_weight: weight }, entry), endpoint });
      continue;
    }
    if (query.addressesOnly && lead.some(needsDns)) {
      unresolved = true;
      continue;
    }
    const reachable = reachableFrom(query, lead);
    if (reachable.length === 0 || !usesMtls(entry)) continue;
    for (const gateway of reachable)
      shares.set(gateway, (shares.get(gateway) ?? 0) + Math.floor(weight / reachable.length));
  }
  for (const gateway of gateways) {
    const weight = shares.get(gateway);
    if (weight !== undefined) kept.push(gatewayEntry(gateway, weight || 1));
  }
  const entries = kept.map((item) => item.entry);
  const result: Message = inherit(
    { ...message, lb_endpoints: entries, load_balancing_weight: sumOf(entries) },
    message,
  );
  if (unresolved) {
    result['lb_endpoints'] = new Unknown('addresses of network gateways that istiod asks DNS for');
    result['load_balancing_weight'] = new Unknown('addresses of network gateways that istiod asks DNS for');
  }
  return { message: result, endpoints: kept.map((item) => item.endpoint) };
}

/** The gateways of the endpoint's network that belong to its cluster, else all of the network. */
function gatewaysTo(endpoint: Endpoint, gateways: readonly NetworkGateway[]): NetworkGateway[] {
  const ofNetwork = gateways.filter((item) => item.network === endpoint.network);
  const ofCluster = ofNetwork.filter((item) => item.cluster === endpoint.clusterId);
  return ofCluster.length > 0 ? ofCluster : ofNetwork;
}

function isDirect({ proxy, registry }: EndpointQuery, endpoint: Endpoint, lead: readonly NetworkGateway[]): boolean {
  if (lead.length === 0) return true;
  if (proxy.network === '' && endpoint.network !== '') return !behaviour(registry).gatewaysForUnknownNetwork;
  return endpoint.network === '' || endpoint.network === proxy.network;
}

/** From 1.32 on a proxy is only sent to gateways of an address family that it has itself. */
function reachableFrom({ proxy, registry }: EndpointQuery, gateways: NetworkGateway[]): NetworkGateway[] {
  const family = ipFamily(proxy);
  if (family === 'Dual' || !behaviour(registry).gatewaysByAddressFamily) return gateways;
  return gateways.filter((item) => (family === 'IPv6') === item.address.includes(':'));
}
