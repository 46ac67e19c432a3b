import type { FilterChain, Listener } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { dualStack } from '../../cluster/ip-family.ts';
import { envoyDuration } from '../../duration.ts';
import { listenerAccessLog } from '../../http/access-log.ts';
import { nodeFlag } from '../../node-metadata.ts';
import type { PeerPolicy } from '../../security/peer-authentication.ts';
import { peerPolicy } from '../../security/peer-authentication.ts';
import { additionalAddresses, address } from '../address.ts';
import { wildcards } from '../bind.ts';
import { maxConnectionsPerEvent } from '../defaults.ts';
import { chainName, ingressPort, passthroughChain } from './chain-config.ts';
import { filterChains } from './filter-chain.ts';
import { listenerFilters } from './listener-filters.ts';
import { blackHoleFilters } from './network-filters.ts';
import { workloadPorts } from './workload-ports.ts';

/**
 * Compiles the inbound listeners of a sidecar: virtualInbound, to which iptables sends everything, and those that bind a
 * real port because a Sidecar says so or nothing is intercepted (istiod's `buildInboundListeners`).
 */
export function compileInboundListeners(proxy: Proxy, registry: Registry): Listener[] {
  if (!(Number(registry.mesh['proxyListenPort']) > 0)) return [];
  const policy = peerPolicy(registry, proxy.namespace, proxy.labels);
  const shared: FilterChain[] = [];
  const own: Listener[] = [];
  for (const chain of workloadPorts(proxy, registry)) {
    const chains = filterChains(chain, policy.perPort.get(chain.targetPort) ?? policy, proxy, registry);
    if (!chain.bindsToPort) shared.push(...chains);
    else {
      const place = { name: chainName(chain, 'tcp'), addresses: chain.bind, port: chain.targetPort };
      own.push(listener(place, chains, proxy, registry, chain.source));
    }
  }
  if (proxy.interceptionMode === 'NONE') return own;
  const chains = [blackHole(proxy, registry), ...passthroughChains(policy, proxy, registry), ...shared];
  const port = Number(registry.mesh['proxyInboundListenPort']);
  const place = { name: 'virtualInbound', addresses: wildcards(proxy), port };
  return [listener(place, chains, proxy, registry), ...own];
}

/** For traffic to ports without a chain, and to those for which only a PeerAuthentication has a word (`ForPassthrough`). */
function passthroughChains(policy: PeerPolicy, proxy: Proxy, registry: Registry): FilterChain[] {
  const { ingress } = registry.sidecarScope(proxy);
  const served =
    ingress.length > 0
      ? ingress.map((item) => Number(ingressPort(item).number))
      : registry.serviceTargets(proxy).map((target) => target.targetPort);
  const others = [...policy.perPort.keys()].filter((port) => !served.includes(port)).sort((a, b) => a - b);
  return [0, ...others].flatMap((port) =>
    filterChains(passthroughChain(port, proxy.pod), policy.perPort.get(port) ?? policy, proxy, registry),
  );
}

function blackHole(proxy: Proxy, registry: Registry): FilterChain {
  const message: FilterChain = {
    name: 'virtualInbound-blackhole',
    filter_chain_match: { destination_port: Number(registry.mesh['proxyInboundListenPort']) },
    filters: blackHoleFilters(proxy, registry),
  };
  return derive(message, proxy.pod);
}

/** istiod's `buildInboundListener` */
function listener(
  { name, addresses, port }: { name: string; addresses: string[]; port: number },
  chains: FilterChain[],
  proxy: Proxy,
  registry: Registry,
  source?: Source,
): Listener {
  const intercepted = source === undefined;
  const transparent = proxy.interceptionMode === 'TPROXY';
  const message: Listener = {
    name,
    address: address(addresses[0] ?? '', port),
    filter_chains: chains,
    listener_filters: listenerFilters(chains, intercepted, transparent),
    listener_filters_timeout: envoyDuration(registry.mesh['protocolDetectionTimeout']) ?? '0s',
    traffic_direction: 'INBOUND',
    continue_on_listener_filters_timeout: true,
  };
  const extra = additionalAddresses(addresses, port);
  if (extra && dualStack(registry)) message['additional_addresses'] = extra;
  if (nodeFlag(proxy, 'INBOUND_LISTENER_EXACT_BALANCE')) message['connection_balance_config'] = { exact_balance: {} };
  if (intercepted && transparent) message['transparent'] = true;
  Object.assign(message, maxConnectionsPerEvent(registry));
  const logs = listenerAccessLog(proxy, registry, 'sidecar-inbound');
  if (logs.length > 0) message['access_log'] = logs;
  return markListener(message, source, proxy, registry);
}

/** What a listener as a whole, and which ports it serves in which mode, comes from. */
function markListener(message: Listener, source: Source, proxy: Proxy, registry: Registry): Listener {
  const { mesh } = registry;
  deriveField(message, 'listener_filters_timeout', [mesh, 'protocolDetectionTimeout']);
  const policy = peerPolicy(registry, proxy.namespace, proxy.labels);
  const modes = [policy, ...policy.perPort.values()].map((item) => item.source);
  deriveField(message, 'filter_chains', ...new Set(modes));
  deriveField(message, 'listener_filters', ...new Set(modes));
  return source === undefined ? message : derive(message, source);
}
