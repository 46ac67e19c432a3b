import { behaviour } from '../../../model/istio-version.ts';
import type { Source } from '../../../model/provenance.ts';
import type { ServicePort } from '../../../registry/types.ts';
import type { ChainDraft, ListenerDraft, OutboundContext, OutboundRequest } from './context.ts';
import { conflicts } from './filter-chain-match.ts';
import { httpChain, onlyPlaintextHttp } from './http-chain.ts';
import { isHttpProtocol, isTcpProtocol, listenerProtocol } from './listener-protocol.ts';
import { listenAddresses } from './service-address.ts';
import { tcpChains } from './tcp-chains.ts';

/**
 * The outbound listeners of a proxy while they are collected, by address and port, with istiod's rules for several
 * services on one (`buildSidecarOutboundListener`): HTTP services share a listener; TCP chains stand together as far as
 * their matches differ, the first winning; HTTP and TCP together turn on sniffing.
 */
export class ListenerMap {
  readonly #drafts = new Map<string, ListenerDraft>();
  readonly #context: OutboundContext;

  constructor(context: OutboundContext) {
    this.#context = context;
  }

  get drafts(): ListenerDraft[] {
    return [...this.#drafts.values()];
  }

  /** Closes what Sidecar's egress listeners with ports have claimed. */
  lock(): void {
    for (const draft of this.#drafts.values()) draft.locked = true;
  }

  add(wanted: OutboundRequest): void {
    if (wanted.service.resolution === 'Alias') return;
    const kind = listenerProtocol(wanted.port.protocol);
    if (kind === 'none') return;
    const request = this.#bound(wanted, kind);
    const key = `${request.bind.addresses[0] ?? ''} ${request.port.port}`;
    const current = this.#drafts.get(key);
    if (current?.locked) return;
    if (kind === 'http') this.#addHttp(key, current, request);
    else if (kind === 'tcp') this.#merge(key, current, request, tcpChains(this.#context, request));
    else this.#addSniffed(key, current, request);
  }

  /** Fills in the addresses where none are given: the service's own for TCP, the wildcard for HTTP and CIDR ranges. */
  #bound(request: OutboundRequest, kind: 'http' | 'tcp' | 'auto'): OutboundRequest {
    if (request.bind.addresses.length > 0) return request;
    const { wildcards } = this.#context;
    if (kind === 'http') return { ...request, bind: { ...request.bind, addresses: wildcards } };
    const addresses = listenAddresses(request.service, this.#context);
    if (!addresses[0]?.includes('/')) return { ...request, bind: { ...request.bind, addresses } };
    return { ...request, bind: { ...request.bind, addresses: wildcards }, cidrs: addresses };
  }

  #addHttp(key: string, current: ListenerDraft | undefined, request: OutboundRequest): void {
    const context = this.#context;
    let { protocol } = request.port;
    let chain = httpChain(context, request);
    if (protocol === 'HTTP_PROXY') {
      // An egress listener of this protocol takes the port from whatever was there.
      this.#set(key, request, [chain], protocol);
      return;
    }
    if (current && !isTcpProtocol(current.protocol)) {
      current.sources.push(request.port.config);
      return;
    }
    if (request.bind.addresses[0] === context.wildcards[0]) {
      chain = onlyPlaintextHttp(chain, context);
      protocol = 'Unsupported';
    }
    if (!current) this.#set(key, request, [chain], protocol);
    else if (!wellKnownConflict(current, request.port.protocol)) {
      append(current, [chain], request.port.config);
      current.protocol = 'Unsupported';
    }
  }

  #addSniffed(key: string, current: ListenerDraft | undefined, request: OutboundRequest): void {
    const context = this.#context;
    if (current && !isHttpProtocol(current.protocol) && !isTcpProtocol(current.protocol)) {
      if (!behaviour(context.registry).sniffedPortsMerge) return;
      append(current, tcpChains(context, request), request.port.config);
      return;
    }
    const chains = [...tcpChains(context, request), onlyPlaintextHttp(httpChain(context, request), context)];
    if (wellKnownConflict(current, request.port.protocol)) return;
    if (!current || isHttpProtocol(current.protocol)) this.#set(key, request, chains, request.port.protocol);
    else this.#merge(key, current, request, chains);
  }

  #merge(key: string, current: ListenerDraft | undefined, request: OutboundRequest, chains: ChainDraft[]): void {
    const { protocol } = request.port;
    if (!current) {
      this.#set(key, request, chains, protocol);
      return;
    }
    if (wellKnownConflict(current, protocol)) return;
    append(current, chains, request.port.config);
    const mixed = isHttpProtocol(current.protocol) || (!isTcpProtocol(protocol) && isTcpProtocol(current.protocol));
    if (mixed) current.protocol = 'Unsupported';
  }

  #set(key: string, request: OutboundRequest, chains: ChainDraft[], protocol: ServicePort['protocol']): void {
    const { port, bind } = request;
    // With a Sidecar the listener is there because its egress imports the service.
    const sources: Source[] = bind.egress ? [port.config, [bind.egress, 'hosts']] : [port.config];
    const { resource } = request.service;
    const [primary] = bind.addresses;
    const ownAddress = primary !== '0.0.0.0' && primary === request.service.addresses[0];
    const address = resource.kind === 'ServiceEntry' ? 'addresses' : 'clusterIP';
    const addressSource: Source = ownAddress ? [resource.spec, address] : undefined;
    this.#drafts.set(key, { port, bind, protocol, chains, locked: false, sources, addressSource });
  }
}

/** Mongo and MySQL speak first or are parsed, so they share a port with nothing else (`isConflictWithWellKnownPort`). */
function wellKnownConflict(current: ListenerDraft | undefined, protocol: ServicePort['protocol']): boolean {
  if (!current || protocol === current.protocol) return false;
  const alone = ['Mongo', 'MySQL'];
  return alone.includes(protocol) || alone.includes(current.protocol);
}

/** Adds the chains that ask for something else than those already there (`mergeTCPFilterChains`). */
function append(current: ListenerDraft, incoming: ChainDraft[], source: Source): void {
  for (const chain of incoming)
    if (!current.chains.some((existing) => conflicts(existing, chain))) current.chains.push(chain);
  current.sources.push(source);
}
