import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry, ServiceTarget } from '../../registry/types.ts';

const gatewayServiceAnnotation = 'internal.istio.io/gateway-service';
const parentNamespaceAnnotation = 'internal.istio.io/parent-namespace';
const keepPortsLabel = 'experimental.istio.io/disable-gateway-port-translation';

/** A Gateway that applies to a proxy, with the services by which its ports are translated. */
export interface SelectedGateway {
  gateway: Resource;
  /** By labels; else the Gateway names its services itself (those made from the Gateway API). */
  byLabels: boolean;
  targets: ServiceTarget[];
}

/** The Gateways that apply to a proxy, oldest first (istiod's `PushContext.mergeGateways`). */
export function selectedGateways(proxy: Proxy, registry: Registry): SelectedGateway[] {
  const targets = registry.serviceTargets(proxy);
  const own = registry.environment.flag('PILOT_SCOPE_GATEWAY_TO_NAMESPACE', false);
  return registry.resources('Gateway').flatMap((gateway): SelectedGateway[] => {
    const { namespace, annotations } = gateway.metadata;
    if (own && namespace !== proxy.namespace) return [];
    const services = annotations[gatewayServiceAnnotation];
    if (services !== undefined) {
      const names = services.split(',');
      const home = annotations[parentNamespaceAnnotation] || namespace;
      const matching = targets.filter(({ service }) => names.includes(service.hostname) && service.namespace === home);
      return matching.length > 0 ? [{ gateway, byLabels: false, targets: matching }] : [];
    }
    const selector = gateway.spec['selector'];
    const selects = Object.entries(isObject(selector) ? selector : {}).every(
      ([key, value]) => proxy.labels[key] === value,
    );
    return selects ? [{ gateway, byLabels: true, targets }] : [];
  });
}

/**
 * The ports that the proxy listens on for a Gateway's port (istiod's `resolvePorts`): the target port of the first Service
 * with that port, and where no Service has it the port itself.
 */
export function listenerPorts(port: number, selected: SelectedGateway): number[] {
  const ports = new Set<number>();
  for (const { service, port: servicePort, targetPort } of selected.targets) {
    if (selected.byLabels && keepPortsLabel in service.labels) continue;
    if (servicePort.port !== port) continue;
    if (selected.byLabels) return [targetPort];
    ports.add(targetPort);
  }
  return ports.size === 0 && selected.byLabels ? [port] : [...ports].sort((a, b) => a - b);
}
