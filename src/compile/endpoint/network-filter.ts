import type { LocalityGroup } from './locality-group.ts';
import type { EndpointQuery } from './locality-groups.ts';

/** Endpoints of other networks are reached through their gateways (istiod's `EndpointsByNetworkFilter`). */
export function viaNetworkGateways(_query: EndpointQuery, groups: LocalityGroup[]): LocalityGroup[] {
  return groups;
}
