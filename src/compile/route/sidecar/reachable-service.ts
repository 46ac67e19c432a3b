import type { EgressListener, Service, ServicePort } from '../../../registry/types.ts';

/** A service with those of its ports that one listener serves. */
export interface ReachableService {
  service: Service;
  /** In lower case on an ordinary port, as Envoy compares domains. */
  hostname: string;
  ports: ServicePort[];
}

/**
 * The services of an egress listener by host name that have the listener's port; on port 0 (HTTP proxy, unix socket) all
 * of them with all their ports. Where several have one name the last counts, as in istiod. Sorted by name: istiod's own
 * order is that of a Go map, and nothing may hang on it.
 */
export function reachableServices(egress: EgressListener, listenerPort: number): Map<string, ReachableService> {
  const found = new Map<string, ReachableService>();
  for (const service of egress.services) {
    if (listenerPort === 0) {
      found.set(service.hostname, { service, hostname: service.hostname, ports: service.ports });
      continue;
    }
    const port = service.ports.find((item) => item.port === listenerPort);
    const hostname = service.hostname.toLowerCase();
    if (port) found.set(hostname, { service, hostname, ports: [port] });
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
