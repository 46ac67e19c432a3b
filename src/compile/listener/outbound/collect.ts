import ipaddr from 'ipaddr.js';
import type { EgressListener } from '../../../registry/types.ts';
import { loopbackAddresses } from '../../cluster/ip-family.ts';
import { canBind } from '../bind.ts';
import type { Bind, ListenerDraft, ListenPort, OutboundContext, OutboundRequest } from './context.ts';
import { headlessChainsShareListener } from './headless-pods.ts';
import { ListenerMap } from './listener-map.ts';
import { isTcpProtocol } from './listener-protocol.ts';
import { serviceAddresses } from './service-address.ts';

/**
 * The outbound listeners of a sidecar, before they are written (istiod's `buildSidecarOutboundListeners`): the Sidecar's
 * egress listeners in their order, each on its own port for all its services, or without one on the services' ports.
 */
export function collectListeners(context: OutboundContext): ListenerDraft[] {
  const listeners = new ListenerMap(context);
  for (const egress of context.scope.egressListeners) {
    const bind = bindOf(context, egress);
    if (egress.port) addOwnPort(context, listeners, egress, bind);
    else {
      listeners.lock();
      addServicePorts(context, listeners, egress, bind);
    }
  }
  return listeners.drafts;
}

/** Where an egress listener binds: a real socket without capture, by default on the loopback address. */
function bindOf(context: OutboundContext, egress: EgressListener): Bind {
  const own = egress.bind ?? '';
  const toPort =
    context.proxy.interceptionMode === 'NONE' || egress.captureMode === 'NONE' || own.startsWith('unix://');
  const source = egress.config ? { egress: egress.config } : {};
  if (own !== '') return { addresses: [own], toPort, ...source };
  return { addresses: toPort ? loopbackAddresses(context.proxy) : [], toPort, ...source };
}

function addOwnPort(context: OutboundContext, listeners: ListenerMap, egress: EgressListener, bind: Bind): void {
  const config = egress.config?.['port'];
  if (!egress.port || typeof config !== 'object' || config === null) return;
  const port: ListenPort = {
    name: egress.port.name,
    port: egress.port.number,
    protocol: egress.port.protocol,
    config,
  };
  if (!canListen(context, bind, port)) return;
  for (const service of egress.services)
    listeners.add({ bind, port, service, virtualServices: egress.virtualServices, cidrs: [] });
}

function canListen({ proxy, registry }: OutboundContext, { toPort, addresses }: Bind, port: ListenPort): boolean {
  const [bind = ''] = addresses;
  return canBind(proxy, { bindsToPort: toPort, bind, port: port.port, protocol: port.protocol, registry });
}

function addServicePorts(context: OutboundContext, listeners: ListenerMap, egress: EgressListener, bind: Bind): void {
  for (const service of egress.services) {
    const [address] = serviceAddresses(service, context);
    for (const port of service.ports) {
      if (!canListen(context, bind, port)) continue;
      const request: OutboundRequest = { bind, port, service, virtualServices: egress.virtualServices, cidrs: [] };
      const headless =
        bind.addresses.length === 0 &&
        service.resolution === 'Passthrough' &&
        address === '0.0.0.0' &&
        (isTcpProtocol(port.protocol) || port.protocol === 'Unsupported');
      if (headless) addPods(context, listeners, request);
      else listeners.add(request);
    }
  }
}

/**
 * A TCP port of a headless service gets a listener for each pod's address. Without pods there is none; only a plain
 * ServiceEntry with resolution NONE, which will never have any, gets one on the wildcard address.
 */
function addPods(context: OutboundContext, listeners: ListenerMap, request: OutboundRequest): void {
  const { service, port, bind } = request;
  const { proxy, registry, wildcards } = context;
  const servicePort = service.ports.find((own) => own.port === port.port) ?? service.ports[0];
  const endpoints = servicePort ? registry.endpoints(service, servicePort) : [];
  if (service.registry !== 'Kubernetes' && endpoints.length === 0 && !hasSelector(request)) {
    listeners.add(request);
    return;
  }
  const perPodChain = isTcpProtocol(port.protocol) && headlessChainsShareListener(registry);
  for (const endpoint of endpoints) {
    const addresses = [endpoint.address, ...(endpoint.additionalAddresses ?? [])];
    if (!addresses.every((address) => ipaddr.isValid(address))) continue;
    // The pod itself is not reached through its own outbound listeners.
    if (!context.everyHeadlessPod && endpoint.address === proxy.ipAddresses[0]) continue;
    if (perPodChain)
      listeners.add({ ...request, bind: { ...bind, addresses: wildcards }, cidrs: addresses, headlessPod: true });
    else listeners.add({ ...request, bind: { ...bind, addresses } });
  }
}

/** Whether a ServiceEntry chooses its workloads by labels, so that some may still come. */
function hasSelector(request: OutboundRequest): boolean {
  return Object.keys(request.service.selector).length > 0;
}
