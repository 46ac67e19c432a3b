import type { Cluster } from '../../model/envoy.ts';
import { deriveField } from '../../model/provenance.ts';
import type { MeshConfig, Service, ServicePort } from '../../registry/types.ts';

/** MeshConfig's pattern for statistics of a service port, filled in (istiod's `BuildStatPrefix`). */
export function statName(
  pattern: string,
  service: Service,
  port: { port: number; name: string },
  subset: string,
  targetPort: number,
): string {
  const kubernetes = service.registry === 'Kubernetes';
  const values: [string, string][] = [
    ['%SERVICE%', kubernetes ? `${service.name}.${service.namespace}` : service.hostname],
    ['%SERVICE_NAME%', kubernetes ? service.name : service.hostname],
    ['%SERVICE_FQDN%', service.hostname],
    ['%SUBSET_NAME%', subset],
    ['%TARGET_PORT%', String(targetPort)],
    ['%SERVICE_PORT%', String(port.port)],
    ['%SERVICE_PORT_NAME%', port.name],
  ];
  let name = pattern;
  for (const [placeholder, value] of values) name = name.replaceAll(placeholder, value);
  return name;
}

/**
 * The name under which Envoy counts a cluster: its own, or MeshConfig's pattern filled in (istiod's `BuildStatPrefix`).
 * Istio ends it with `;`, so that names with dots can be told from what follows.
 */
export function applyStatName(
  cluster: Cluster,
  mesh: MeshConfig,
  field: 'outboundClusterStatName' | 'inboundClusterStatName',
  service: Service,
  port: ServicePort,
  subset: string,
  targetPort: number,
): void {
  const pattern = mesh[field];
  if (typeof pattern !== 'string' || pattern === '') return;
  const name = statName(pattern, service, port, subset, targetPort);
  cluster['alt_stat_name'] = `${name};`;
  deriveField(cluster, 'alt_stat_name', [mesh, field]);
}
