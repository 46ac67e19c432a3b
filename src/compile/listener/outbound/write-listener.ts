import type { Filter, FilterChain, Listener, Message } from '../../../model/envoy.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { envoyDuration } from '../../duration.ts';
import { httpConnectionManager } from '../../http/connection-manager.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { additionalAddresses, address, listenerName } from '../address.ts';
import { httpInspector, maxConnectionsPerEvent, tlsInspector, transportSocketTimeout } from '../defaults.ts';
import type { ChainDraft, ListenerDraft, OutboundContext } from './context.ts';
import { filterChainMatch, isMatchAll } from './filter-chain-match.ts';
import { networkExtensions } from './network-extensions.ts';
import { sniForwardProxyName } from './sni-forward-proxy.ts';

/**
 * Writes a collected outbound listener (istiod's `buildListenerFromEntry`). The chain that takes everything becomes the
 * default one; where there is none, unmatched traffic passes by `fallthrough`.
 */
export function writeListener(context: OutboundContext, draft: ListenerDraft, fallthrough: Filter[]): Listener {
  const { proxy, registry } = context;
  const { bind, port } = draft;
  const [primary = ''] = bind.addresses;
  const listener: Listener = {
    name: listenerName(primary, port.port),
    address: address(primary, port.port),
    traffic_direction: 'OUTBOUND',
    continue_on_listener_filters_timeout: true,
  };
  derive(listener, ...draft.sources);
  const extra = additionalAddresses(bind.addresses, port.port);
  if (extra) listener['additional_addresses'] = extra;
  if (nodeFlag(proxy, 'OUTBOUND_LISTENER_EXACT_BALANCE')) listener['connection_balance_config'] = { exact_balance: {} };
  if (!bind.toPort) listener['bind_to_port'] = false;
  else Object.assign(listener, maxConnectionsPerEvent(registry));
  if (bind.egress?.['captureMode'] !== undefined) deriveField(listener, 'bind_to_port', [bind.egress, 'captureMode']);
  if (bind.egress?.['bind'] !== undefined) deriveField(listener, 'address', [bind.egress, 'bind']);
  else if (draft.addressSource) deriveField(listener.address?.['socket_address'], 'address', draft.addressSource);
  setInspectors(listener, draft, context);

  const chains: FilterChain[] = [];
  let whole: FilterChain | undefined;
  for (const chain of draft.chains) {
    const written = writeChain(context, chain, listener.name, port.port);
    if (isMatchAll(chain)) whole = written;
    else {
      written.filter_chain_match = derive(filterChainMatch(chain), ...chain.sources);
      deriveField(written.filter_chain_match, 'server_names', chain.sniSource);
      deriveField(written.filter_chain_match, 'prefix_ranges', ...(chain.cidrSources ?? []));
      chains.push(written);
    }
  }
  if (whole && chains.length === 0) listener.filter_chains = [whole];
  else {
    listener.filter_chains = chains;
    listener.default_filter_chain = whole ?? {
      filter_chain_match: {},
      name: 'PassthroughFilterChain',
      ...(fallthrough.length > 0 ? { filters: fallthrough } : {}),
    };
  }
  return listener;
}

function writeChain(context: OutboundContext, chain: ChainDraft, listener: string, port: number): FilterChain {
  const { proxy, registry } = context;
  const written: FilterChain = { ...transportSocketTimeout(registry) };
  derive(written, ...chain.sources);
  if (chain.metadata) written['metadata'] = chain.metadata;
  written.filters = chain.networkFilters ?? [];
  if (chain.http) {
    const { http } = chain;
    const manager = httpConnectionManager(proxy, registry, {
      class: 'sidecar-outbound',
      statPrefix: `outbound_${listener}`,
      port,
      protocol: http.protocol,
      route: { rds: http.routeName },
      useRemoteAddress: http.useRemoteAddress,
      basis: http.basis,
      honourMetadataExchangeHeaders: http.honourMetadataExchangeHeaders,
      ...(http.service ? { service: http.service } : {}),
      sources: chain.sources,
    });
    written.filters = [...networkExtensions(context, port), manager];
  }
  return written;
}

/** SNI needs the TLS inspector, a choice by protocol the HTTP inspector; only the latter may time out. */
function setInspectors(listener: Message, draft: ListenerDraft, context: OutboundContext): void {
  const { mesh } = context.registry;
  const usesSni = (chain: ChainDraft): boolean =>
    chain.sniHosts.length > 0 || (chain.networkFilters ?? []).some((filter) => filter.name === sniForwardProxyName);
  const filters: Message[] = [];
  if (draft.chains.some(usesSni)) filters.push(tlsInspector());
  const sniffs = draft.chains.some((chain) => chain.applicationProtocols.length > 0);
  if (sniffs) filters.push(httpInspector());
  if (filters.length > 0) listener['listener_filters'] = filters;
  if (!sniffs) {
    listener['listener_filters_timeout'] = '0s';
    return;
  }
  const timeout = envoyDuration(mesh['protocolDetectionTimeout']);
  if (timeout) listener['listener_filters_timeout'] = timeout;
  deriveField(listener, 'listener_filters_timeout', [mesh, 'protocolDetectionTimeout']);
}
