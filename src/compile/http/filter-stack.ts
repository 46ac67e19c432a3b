import type { Filter } from '../../model/envoy.ts';
import { derive } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { authenticationFilters, authorizationFilters } from '../security/index.ts';
import type { ConnectionManagerOptions } from './connection-manager.ts';
import { dynamicForwardProxies, isDynamicDns } from './dynamic-forward-proxy.ts';
import { type ExtensionPhase, extensionFilters, hasExtensions } from './extension-filters.ts';
import * as filters from './filters.ts';
import { metricsFilters } from './metrics.ts';
import { perProxy } from './per-proxy.ts';
import type { ProxyHeaders } from './proxy-headers.ts';

/**
 * The HTTP filters of a connection manager in istiod's order: peer metadata, external authorization, authentication,
 * authorization, then those that routes configure, metrics, and the router last (`buildHTTPConnectionManager`).
 */
export function httpFilters(
  proxy: Proxy,
  registry: Registry,
  options: ConnectionManagerOptions,
  headers: ProxyHeaders,
): Filter[] {
  const special = isDynamicDns(options.service, registry) ? options.service.hostname : '';
  const key = [
    'http filters',
    options.class,
    options.protocol === 'GRPC-Web',
    options.hbone === true,
    options.honourMetadataExchangeHeaders !== false,
    special,
    // Only extensions look at the port.
    hasExtensions(proxy, registry) ? options.port : '',
  ].join(' ');
  return perProxy(proxy, registry, key, () => buildStack(proxy, registry, options, headers));
}

function buildStack(
  proxy: Proxy,
  registry: Registry,
  options: ConnectionManagerOptions,
  headers: ProxyHeaders,
): Filter[] {
  const outward = options.class !== 'sidecar-inbound';
  const { environment } = registry;
  const stack: Filter[] = [];
  if (filters.exchangesMetadata(registry) && !options.hbone) {
    const skip = headers.skipPeerMetadataHeaders && options.honourMetadataExchangeHeaders !== false;
    const exchange = filters.metadataExchange(registry, options.class, outward && skip);
    stack.push(derive(exchange, headers.at('metadataExchangeHeaders')));
  }
  const extensions = (...phases: ExtensionPhase[]): Filter[] =>
    extensionFilters(proxy, registry, options, 'http', ...phases);
  // The client's side is neither authenticated nor authorized.
  const authenticates = options.class !== 'sidecar-outbound';
  const authorization = authenticates ? authorizationFilters(proxy, registry, 'http') : undefined;
  stack.push(...(authorization?.custom ?? []), ...extensions('AUTHN'));
  if (authenticates) stack.push(...authenticationFilters(proxy, registry));
  stack.push(...extensions('AUTHZ'), ...(authorization?.local ?? []), ...extensions('STATS', 'UNSPECIFIED'));
  if (options.protocol === 'GRPC-Web') stack.push(filters.grpcWeb());
  stack.push(filters.grpcStats());
  if (outward && environment.flag('PILOT_ENABLE_ALPN_FILTER', true)) stack.push(filters.alpn());
  stack.push(filters.fault(), filters.cors());
  stack.push(...metricsFilters(proxy, registry, options.class));
  if (outward && environment.flag('PILOT_ENABLE_PERSISTENT_SESSION_FILTER', false))
    stack.push(filters.statefulSession());
  stack.push(...dynamicForwardProxies(proxy, registry, options));
  const router = filters.router(headers.suppressDebugHeaders);
  stack.push(derive(router, headers.at('envoyDebugHeaders')));
  return stack;
}
