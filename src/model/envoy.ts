/**
 * Envoy's v3 resources in the JSON shape of `config_dump`: snake_case fields, proto3 JSON values (durations as "1.5s",
 * 64-bit integers as strings, enums by name, Any as an object with "@type"). Only what the program reaches into is
 * named; every message may hold any other field of Envoy's API.
 */
export interface Message {
  [field: string]: any;
}

export interface Cluster extends Message {
  name: string;
}

export interface ClusterLoadAssignment extends Message {
  cluster_name: string;
}

export interface Filter extends Message {
  name: string;
}

export interface FilterChain extends Message {
  name?: string;
  filter_chain_match?: Message;
  filters?: Filter[];
  transport_socket?: Message;
}

export interface Listener extends Message {
  name: string;
  address?: Message;
  filter_chains?: FilterChain[];
  default_filter_chain?: FilterChain;
}

export interface Route extends Message {
  name?: string;
  match: Message;
}

export interface VirtualHost extends Message {
  name: string;
  domains: string[];
  routes?: Route[];
}

export interface RouteConfiguration extends Message {
  name: string;
  virtual_hosts?: VirtualHost[];
}

/** The four resource types that istiod sends and that are compared. */
export type ResourceType = 'cluster' | 'endpoint' | 'listener' | 'route';

/**
 * All that a proxy holds, or should hold, of the four types, in the order of the source. `expected` (compiled) and
 * `live` (decoded) configs have this one shape.
 */
export interface ProxyConfig {
  clusters: Cluster[];
  endpoints: ClusterLoadAssignment[];
  listeners: Listener[];
  routes: RouteConfiguration[];
}

export const typeUrl = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
} as const satisfies Record<ResourceType, string>;
