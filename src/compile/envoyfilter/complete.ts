import type { Cluster, Filter, Listener, RouteConfiguration } from '../../model/envoy.ts';

/**
 * Fills in, as empty, what a patch left out of a message and every reader of one counts on. In place. protobuf reads it
 * as empty too; Envoy refuses a virtual host without domains, which is for a rule to say.
 */
export function completeRoutes(configurations: readonly RouteConfiguration[]): void {
  for (const configuration of configurations) {
    configuration.name ??= '';
    for (const host of configuration.virtual_hosts ?? []) {
      host.name ??= '';
      host.domains ??= [];
      for (const route of host.routes ?? []) route.match ??= {};
    }
  }
}

/** The same of listeners and their filters. In place. */
export function completeListeners(listeners: readonly Listener[]): void {
  for (const listener of listeners) {
    listener.name ??= '';
    for (const chain of [...(listener.filter_chains ?? []), listener.default_filter_chain ?? {}])
      for (const filter of (chain.filters ?? []) as Filter[]) {
        filter.name ??= '';
        const config = filter['typed_config'];
        for (const inner of (config?.http_filters ?? []) as Filter[]) inner.name ??= '';
        if (config?.route_config) completeRoutes([config.route_config]);
      }
  }
}

/** The same of clusters. In place. */
export function completeClusters(clusters: readonly Cluster[]): void {
  for (const cluster of clusters) cluster.name ??= '';
}
