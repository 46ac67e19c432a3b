import type { Filter, Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry, Service, ServicePort, SidecarScope, VirtualService } from '../../../registry/types.ts';
import type { ListenerClass } from '../../http/listener-class.ts';
import type { AuthorizationFilters } from '../../security/index.ts';

/** What all outbound listeners of one proxy are compiled from. */
export interface OutboundContext {
  proxy: Proxy;
  registry: Registry;
  scope: SidecarScope;
  /** Wildcard addresses of the proxy's families, the primary one first. */
  wildcards: string[];
  /** Pods of headless services have listeners for themselves, too: whoever asks takes out a pod's own. */
  everyHeadlessPod?: boolean;
  /** `gateway` for the TCP chains of a gateway, which are outbound ones but for this; by default `sidecar-outbound`. */
  class?: ListenerClass;
  /** RBAC filters in front of TCP chains: a gateway's. Outbound chains of sidecars have none. */
  policies?: AuthorizationFilters;
  /** Peers exchange metadata on this chain: a gateway's server that terminates ISTIO_MUTUAL. */
  exchangesMetadata?: boolean;
}

/** Where a listener binds (istiod's `listenerBinding`): the first address is the primary one. */
export interface Bind {
  addresses: string[];
  /** The egress listener that says so. */
  egress?: JsonObject;
  /** A real socket; otherwise the listener only serves connections that virtualOutbound hands over. */
  toPort: boolean;
}

/** The port of a listener: a service's, or that of a Sidecar's egress listener (`config` is its container). */
export type ListenPort = Pick<ServicePort, 'name' | 'port' | 'protocol'> & { config: object };

/** A service port for which a listener, or filter chains in one, are wanted (istiod's `outboundListenerOpts`). */
export interface OutboundRequest {
  bind: Bind;
  port: ListenPort;
  service: Service;
  virtualServices: VirtualService[];
  /** Destination ranges that the filter chains must match. */
  cidrs: string[];
  /** The ranges are single pods of a headless service, so that no SNI is needed to tell them apart. */
  headlessPod?: boolean;
}

/** A filter chain before it is written (istiod's `filterChainOpts`). */
export interface ChainDraft {
  sniHosts: string[];
  destinationCidrs: string[];
  applicationProtocols: string[];
  transportProtocol: string;
  metadata?: Message;
  /** Of a TCP chain. */
  networkFilters?: Filter[];
  /** Of an HTTP chain. */
  http?: HttpChain;
  /** What the chain's match and the chain as a whole come from. */
  sources: Source[];
  /** What the SNI hosts and the ranges come from, where that can be said closer. */
  sniSource?: Source;
  cidrSources?: Source[];
}

interface HttpChain {
  routeName: string;
  protocol: ServicePort['protocol'];
  useRemoteAddress: boolean;
  basis: Message;
  honourMetadataExchangeHeaders: boolean;
  service?: Service;
}

/** A listener before it is written (istiod's `outboundListenerEntry`). */
export interface ListenerDraft {
  port: ListenPort;
  bind: Bind;
  protocol: ServicePort['protocol'];
  chains: ChainDraft[];
  /** A Sidecar's egress listener with a port of its own: services of the catch-all listener are not added. */
  locked: boolean;
  sources: Source[];
  /** Where the address comes from, if it is the service's own. */
  addressSource?: Source;
}
