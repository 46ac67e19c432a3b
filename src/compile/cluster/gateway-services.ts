import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { type MergedGateway, mergedGateway } from '../gateway/merged-gateway.ts';
import { type ClusterContext, messageOf } from './context.ts';

/** Whether a server of a Gateway that selects the proxy passes TLS on by SNI to any service (AUTO_PASSTHROUGH). */
export function passesTlsThrough(proxy: Proxy, registry: Registry): boolean {
  return serversOf(mergedGateway(proxy, registry)).some((server) => server.tls?.['mode'] === 'AUTO_PASSTHROUGH');
}

/**
 * The services that a gateway has clusters for: all that it sees, or, with PILOT_FILTER_GATEWAY_CLUSTER_CONFIG, those
 * that its VirtualServices lead to and those that extension providers name (istiod's `GatewayServices`).
 */
export function gatewayServices({ proxy, registry, scope }: ClusterContext): readonly Service[] {
  if (!registry.environment.flag('PILOT_FILTER_GATEWAY_CLUSTER_CONFIG', false)) return scope.services;
  const hosts = providerHosts(registry);
  const gateways = new Set(serversOf(mergedGateway(proxy, registry)).map((server) => server.gatewayName));
  for (const gateway of gateways)
    for (const service of registry.virtualServicesForGateway(proxy.namespace, gateway))
      for (const host of destinations(service.spec)) hosts.add(host);
  return scope.services.filter(
    (service) => hosts.has(service.hostname) || hosts.has(`${service.namespace}/${service.hostname}`),
  );
}

function serversOf(merged: MergedGateway | undefined) {
  return [...(merged?.ports ?? []), ...(merged?.quicPorts ?? [])].flatMap((port) => port.servers);
}

/** Services of extension providers, `host` or `namespace/host`. */
function providerHosts(registry: Registry): Set<string> {
  const providers: unknown = registry.mesh['extensionProviders'];
  const hosts = new Set<string>();
  for (const provider of Array.isArray(providers) ? providers.filter(isObject) : [])
    for (const [kind, config] of Object.entries(provider)) {
      const service = isObject(config) ? config['service'] : undefined;
      if (typeof service === 'string' && kind !== 'lightstep' && kind !== 'opencensus') hosts.add(service);
    }
  return hosts;
}

/** Hosts that a VirtualService leads to or mirrors to. */
function* destinations(spec: JsonObject): Generator<string> {
  for (const kind of ['http', 'tcp', 'tls'] as const)
    for (const route of objectsOf(spec[kind])) {
      const targets = [...objectsOf(route['route']), ...objectsOf(route['mirrors'])].map((item) => item['destination']);
      for (const target of [...targets, route['mirror']]) {
        const host = messageOf(target)?.['host'];
        if (typeof host === 'string') yield host;
      }
    }
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
