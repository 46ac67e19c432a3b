import type { DestinationRule, Service, ServicePort } from '../../registry/types.ts';
import type { ClusterContext } from '../cluster/context.ts';
import type { LocalityGroup } from './locality-group.ts';
import { localityGroups } from './locality-groups.ts';

/** The endpoints that stand inside a DNS cluster, of a subset or of all (istiod's `FromServiceEndpoints`). */
export function dnsGroups(
  { proxy, registry }: ClusterContext,
  service: Service,
  port: ServicePort,
  rule: DestinationRule | undefined,
  subset = '',
  sniDnat = false,
): LocalityGroup[] {
  return localityGroups({ proxy, registry, service, port, rule, subset, sniDnat, addressesOnly: false });
}
