import { type ProxyConfig, typeUrl } from '../model/envoy.ts';
import { OneOf } from '../model/one-of.ts';
import { Unknown } from '../model/unknown.ts';

/**
 * Writes a compiled config as the `config_dump` document that an Envoy holding it would print (admin v3 `ConfigDump`),
 * without what only a running Envoy knows (bootstrap, versions, times). A value that cannot be known from the inputs is
 * left out: the document is valid for whatever reads dumps.
 */
export function toConfigDump(config: ProxyConfig): unknown {
  const any = (type: string, message: object): object => ({ '@type': type, ...message });
  const admin = (name: string): string => `type.googleapis.com/envoy.admin.v3.${name}`;
  return withoutUnknown({
    configs: [
      {
        '@type': admin('ClustersConfigDump'),
        dynamic_active_clusters: config.clusters.map((cluster) => ({ cluster: any(typeUrl.cluster, cluster) })),
      },
      {
        '@type': admin('EndpointsConfigDump'),
        dynamic_endpoint_configs: config.endpoints.map((endpoint) => ({
          endpoint_config: any(typeUrl.endpoint, endpoint),
        })),
      },
      {
        '@type': admin('ListenersConfigDump'),
        dynamic_listeners: config.listeners.map((listener) => ({
          name: listener.name,
          active_state: { listener: any(typeUrl.listener, listener) },
        })),
      },
      {
        '@type': admin('RoutesConfigDump'),
        dynamic_route_configs: config.routes.map((route) => ({ route_config: any(typeUrl.route, route) })),
      },
    ],
  });
}

function withoutUnknown(value: unknown): unknown {
  if (value instanceof Unknown) return undefined;
  if (value instanceof OneOf) return withoutUnknown(value.values[0]);
  if (Array.isArray(value)) return value.map(withoutUnknown).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutUnknown(item)]));
}
