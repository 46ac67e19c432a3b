import type { Cluster, Message } from '../../model/envoy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry, Service, ServicePort, ServiceTarget } from '../../registry/types.ts';

/** `filter_metadata.istio` of a cluster, made when it is first asked for. */
export function istioMetadata(cluster: Cluster): Message {
  cluster['metadata'] ??= { filter_metadata: {} };
  const filters = cluster['metadata'].filter_metadata as Message;
  filters['istio'] ??= {};
  return filters['istio'] as Message;
}

/** Names the service of an outbound cluster, for telemetry (istiod's `addTelemetryMetadata`). */
export function addService(cluster: Cluster, registry: Registry, service: Service): void {
  if (!telemetryLabels(registry)) return;
  istioMetadata(cluster)['services'] = [serviceMetadata(service)];
}

/** Names every service of an inbound cluster whose port is the cluster's; a host only once. */
export function addInboundServices(
  cluster: Cluster,
  registry: Registry,
  port: ServicePort,
  targets: readonly ServiceTarget[],
): void {
  if (!telemetryLabels(registry) || targets.length === 0 || targets[0]?.service.meshExternal) return;
  const services = new Map<string, Message>();
  for (const target of targets) {
    if (target.port.port !== port.port || services.has(target.service.hostname)) continue;
    services.set(target.service.hostname, serviceMetadata(target.service));
  }
  istioMetadata(cluster)['services'] = [...services.values()];
}

/** Names the DestinationRule in force; of merged ones the first (istiod's `AddConfigInfoMetadata`). */
export function addConfig(cluster: Cluster, rule: Resource): void {
  const { name, namespace } = rule.metadata;
  istioMetadata(cluster)['config'] = `/apis/${rule.group}/v1/namespaces/${namespace}/destination-rule/${name}`;
}

/** Keeps the ALPN filter's hands off where the user originates TLS himself (istiod's `AddALPNOverrideToMetadata`). */
export function addAlpnOverride(cluster: Cluster, tlsMode: unknown): void {
  if (tlsMode === 'SIMPLE' || tlsMode === 'MUTUAL') istioMetadata(cluster)['alpn_override'] = 'false';
}

function telemetryLabels(registry: Registry): boolean {
  return registry.environment.flag('PILOT_ENABLE_TELEMETRY_LABEL', true);
}

function serviceMetadata(service: Service): Message {
  return { host: service.hostname, name: service.name, namespace: service.namespace };
}
