import { isObject, type JsonObject } from '../model/json.ts';
import { resolveGatewayName, resolveShortName } from './hostname.ts';
import { objects } from './objects.ts';

/**
 * Resolves the short names in a VirtualService's spec in place (model.ResolveVirtualServiceShortnames): hosts, gateways,
 * gateways of matches, and the hosts of destinations and mirrors.
 */
export function resolveShortNames(spec: JsonObject, namespace: string, domainSuffix: string): void {
  const fqdn = (host: unknown): string => resolveShortName(String(host), namespace, domainSuffix);
  const gateway = (name: unknown): string => (name === 'mesh' ? 'mesh' : resolveGatewayName(String(name), namespace));
  const resolveAll = (holder: Record<string, unknown>, key: string, resolve: (value: unknown) => string): void => {
    const list = holder[key];
    if (Array.isArray(list)) for (const [index, item] of list.entries()) list[index] = resolve(item);
  };
  const resolveHost = (destination: unknown): void => {
    if (isObject(destination) && destination['host'] !== undefined) destination['host'] = fqdn(destination['host']);
  };
  resolveAll(spec, 'hosts', fqdn);
  resolveAll(spec, 'gateways', gateway);
  for (const key of ['http', 'tcp', 'tls']) {
    for (const route of objects(spec[key])) {
      for (const match of objects(route['match'])) resolveAll(match, 'gateways', gateway);
      for (const item of [...objects(route['route']), ...objects(route['mirrors'])]) resolveHost(item['destination']);
      resolveHost(route['mirror']);
    }
  }
}
