import type { FilterChain, Listener, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Patch } from './patch.ts';

const part = (value: unknown): JsonObject | undefined => (isObject(value) ? (value as JsonObject) : undefined);
const listenerPart = (patch: Patch) => part(patch.match['listener']);
const chainPart = (patch: Patch) => part(listenerPart(patch)?.['filterChain']);
const filterPart = (patch: Patch) => part(chainPart(patch)?.['filter']);
const subFilterPart = (patch: Patch) => part(filterPart(patch)?.['subFilter']);

function isVirtual(listener: Listener): boolean {
  return listener.name === 'virtualInbound' || listener.name === 'virtualOutbound';
}

/** istiod's `listenerMatch`. Inside the virtual listeners a port is that of a filter chain. */
export function listenerMatches(listener: Listener, patch: Patch): boolean {
  const match = listenerPart(patch);
  if (!match) return true;
  if (match['name'] && match['name'] !== listener.name) return false;
  if (patch.applyTo !== 'LISTENER' && isVirtual(listener)) return true;
  return !match['portNumber'] || listener.address?.['socket_address']?.port_value === match['portNumber'];
}

/** istiod's `filterChainMatch`, for a listener that matches. */
export function filterChainMatches(listener: Listener, chain: FilterChain, patch: Patch): boolean {
  const fields: Message = chain.filter_chain_match ?? {};
  const port = listenerPart(patch)?.['portNumber'];
  if (isVirtual(listener) && port && (fields['destination_port'] ?? 0) !== port) return false;
  const match = chainPart(patch);
  if (!match) return true;
  if (match['name'] && match['name'] !== (chain.name ?? '')) return false;
  if (match['sni'] && !list(fields['server_names']).includes(match['sni'])) return false;
  if (match['transportProtocol'] && match['transportProtocol'] !== fields['transport_protocol']) return false;
  if (match['applicationProtocols']) {
    const wanted = String(match['applicationProtocols']).split(',');
    if (!wanted.every((protocol) => list(fields['application_protocols']).includes(protocol))) return false;
  }
  return !match['destinationPort'] || match['destinationPort'] === fields['destination_port'];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether the patch names a listener filter. */
export function namesListenerFilter(patch: Patch): boolean {
  return Boolean(listenerPart(patch)?.['listenerFilter']);
}

export function listenerFilterMatches(filter: Message, patch: Patch): boolean {
  return !namesListenerFilter(patch) || listenerPart(patch)?.['listenerFilter'] === filter['name'];
}

/** Whether the patch names a network filter. */
export function namesNetworkFilter(patch: Patch): boolean {
  return filterPart(patch) !== undefined;
}

export function networkFilterMatches(filter: Message, patch: Patch): boolean {
  return !namesNetworkFilter(patch) || (filterPart(patch)?.['name'] ?? '') === (filter['name'] ?? '');
}

/** Whether the patch names an HTTP filter. */
export function namesHttpFilter(patch: Patch): boolean {
  return subFilterPart(patch) !== undefined;
}

export function httpFilterMatches(filter: Message, patch: Patch): boolean {
  return !namesHttpFilter(patch) || (subFilterPart(patch)?.['name'] ?? '') === (filter['name'] ?? '');
}
