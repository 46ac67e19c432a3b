import type { RouteConfiguration, VirtualHost } from '../../model/envoy.ts';

/** A route configuration as istiod frames it: clusters are not checked, a direct response may have 1 MiB. */
export function routeConfiguration(name: string, hosts: VirtualHost[], ignorePort: boolean): RouteConfiguration {
  return {
    name,
    virtual_hosts: hosts,
    validate_clusters: false,
    max_direct_response_body_size_bytes: 1048576,
    ignore_port_in_host_matching: ignorePort,
  };
}

/** The answer to a name that nothing stands behind. */
export function emptyRouteConfiguration(name: string): RouteConfiguration {
  return { name, virtual_hosts: [], validate_clusters: false };
}
