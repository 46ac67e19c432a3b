import type { Cluster } from '../../model/envoy.ts';
import type { Registry } from '../../registry/types.ts';
import { exchangesMetadata, tcpMetadataExchange } from '../http/filters.ts';

/** The upstream's network filter that exchanges peer metadata over TCP (istiod's `applyMetadataExchange`). */
export function applyMetadataExchange(cluster: Cluster, registry: Registry): void {
  if (!exchangesMetadata(registry)) return;
  cluster['filters'] = [...(cluster['filters'] ?? []), tcpMetadataExchange(registry)];
}
