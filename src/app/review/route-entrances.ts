import type { Message, ProxyConfig } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';

/** Where requests for a route configuration come in. */
export interface RouteEntrance {
  port: number;
  /** Whether the proxy ends TLS before it looks at the routes. */
  tls: boolean;
  /** Of a listener that is bound to one address. */
  address?: string;
  /** The connection manager that asks for the routes. */
  manager?: Message;
}

/** The entrance of a route configuration by its name; undefined for those of which no port is known. */
export function routeEntrance(name: string, config: ProxyConfig): RouteEntrance | undefined {
  if (name.startsWith('inbound')) return undefined;
  for (const listener of config.listeners)
    for (const chain of (listener['filter_chains'] ?? []) as Message[])
      for (const filter of objects(chain['filters']) as Message[]) {
        const manager = filter['typed_config'];
        if (manager?.['rds']?.['route_config_name'] !== name) continue;
        const socket = listener['address']?.['socket_address'];
        const port = Number(socket?.['port_value']);
        if (!(port > 0)) continue;
        const bound = socket['address'];
        return {
          port,
          tls: chain['transport_socket'] !== undefined,
          ...(bound === '0.0.0.0' || bound === '::' ? {} : { address: bound }),
          manager,
        };
      }
  return undefined;
}
