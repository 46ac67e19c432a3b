import type { Filter, Message, RouteConfiguration } from '../../model/envoy.ts';
import type { Source } from '../../model/provenance.ts';
import { derive, deriveField, inherit } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Protocol, Registry, Service } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { nodeMetadata } from '../node-metadata.ts';
import { httpAccessLog } from './access-log.ts';
import { applyConnectionSettings } from './connection-settings.ts';
import { httpFilters } from './filter-stack.ts';
import { internalAddressConfig } from './internal-address.ts';
import type { ListenerClass } from './listener-class.ts';
import { applyPathNormalization } from './path-normalization.ts';
import { perProxy } from './per-proxy.ts';
import { type ProxyHeaders, proxyHeaders } from './proxy-headers.ts';
import { type TelemetryPart, telemetryItems } from './telemetry.ts';
import { tracing } from './tracing.ts';
import { any, extension } from './typed-config.ts';

/** What one HTTP connection manager is compiled for (istiod's `httpListenerOpts`). */
export interface ConnectionManagerOptions {
  class: ListenerClass;
  /** As istiod's before the delimiter: `outbound_0.0.0.0_8080`, `inbound_0.0.0.0_8080`; the `;` is added here. */
  statPrefix: string;
  /** Port of the listener (inbound: of the workload), for policies that match by port. */
  port: number;
  protocol: Protocol;
  /** The routes: a name to be fetched over ADS, or the configuration itself. */
  route: { rds: string } | { routeConfig: RouteConfiguration };
  useRemoteAddress: boolean;
  /** Fields that the caller sets beforehand: `server_name`, `forward_client_cert_details`, `http_protocol_options`, ... */
  basis?: Message;
  /** HTTP/3 over QUIC. */
  http3Only?: boolean;
  /** No peer metadata in HTTP headers (HBONE tunnels carry it otherwise). */
  hbone?: boolean;
  /** False for the HTTP proxy port, which ignores `metadataExchangeHeaders`. Default true. */
  honourMetadataExchangeHeaders?: boolean;
  /** Outbound: the service that first claimed the listener; a wildcard one with DYNAMIC_DNS resolution adds a filter. */
  service?: Service;
  /** What the listener comes from; marks the whole filter. */
  sources?: Source[];
}

/**
 * The network filter `envoy.filters.network.http_connection_manager` with all of its HTTP filters, access log and
 * tracing (istiod's `buildHTTPConnectionManager`, listener_builder.go). Shared by outbound, inbound and gateway listeners;
 * authentication and authorization filters of the proxy are put in for the latter two.
 */
export function httpConnectionManager(proxy: Proxy, registry: Registry, options: ConnectionManagerOptions): Filter {
  const headers = perProxy(proxy, registry, `headers ${options.class}`, () => proxyHeaders(proxy, options.class));
  const manager: Message = { stat_prefix: `${options.statPrefix};` };
  if ('rds' in options.route) manager['rds'] = routeDiscovery(options.route.rds);
  else manager['route_config'] = options.route.routeConfig;
  Object.assign(manager, options.basis);
  if (options.basis) inherit(manager, options.basis);
  derive(manager, ...(options.sources ?? []));
  markHeaders(manager, headers);
  if (options.http3Only) {
    manager['codec_type'] = 'HTTP3';
    manager['http3_protocol_options'] = {};
  }
  if (headers.preserveHttp1HeaderCase) {
    manager['http_protocol_options'] = { ...manager['http_protocol_options'], header_key_format: preserveCase() };
    deriveField(manager, 'http_protocol_options', headers.at('preserveHttp1HeaderCase'));
  }
  if (headers.xForwardedPort) {
    manager['append_x_forwarded_port'] = true;
    deriveField(manager, 'append_x_forwarded_port', headers.at('xForwardedPort'));
  }
  applyPathNormalization(manager, registry);
  manager['use_remote_address'] = options.useRemoteAddress;
  manager['upgrade_configs'] = [{ upgrade_type: 'websocket' }];
  const idle = envoyDuration(nodeMetadata(proxy, 'IDLE_TIMEOUT'));
  if (idle) manager['common_http_protocol_options'] = { idle_timeout: idle };
  manager['stream_idle_timeout'] = '0s';
  applyConnectionSettings(manager, proxy, registry);

  const logs = httpAccessLog(proxy, registry, options.class);
  if (logs.length > 0) manager['access_log'] = logs;
  else deriveField(manager, 'access_log', ...silencers(proxy, registry, 'accessLogging'));
  const traced = tracing(proxy, registry, options.class);
  if (traced.message) manager['tracing'] = traced.message;
  else deriveField(manager, 'tracing', ...silencers(proxy, registry, 'tracing'));
  manager['http_filters'] = httpFilters(proxy, registry, options, headers);
  manager['request_id_extension'] = requestIds(proxy, registry, options.class, traced.sampleByRequestId);
  const internal = internalAddressConfig(registry, options.useRemoteAddress);
  if (internal) manager['internal_address_config'] = internal;
  if (registry.environment.flag('ENABLE_100_CONTINUE_HEADERS', true)) manager['proxy_100_continue'] = true;
  else delete manager['proxy_100_continue'];
  return extension(
    'envoy.filters.network.http_connection_manager',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    manager,
  );
}

/**
 * The fields that outbound and inbound set alike before the rest: server header, request ids, HTTP/1.0. Gateways and
 * inbound add their own to it.
 */
export function connectionManagerBasis(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message {
  return perProxy(proxy, registry, `basis ${listenerClass}`, () => buildBasis(proxy, registry, listenerClass));
}

function buildBasis(proxy: Proxy, registry: Registry, listenerClass: ListenerClass): Message {
  const headers = proxyHeaders(proxy, listenerClass);
  const basis: Message = {};
  if (headers.serverName !== '') basis['server_name'] = headers.serverName;
  if (headers.serverHeaderTransformation !== 'OVERWRITE')
    basis['server_header_transformation'] = headers.serverHeaderTransformation;
  if (!headers.generateRequestId) basis['generate_request_id'] = false;
  if (acceptsHttp10(proxy, registry)) basis['http_protocol_options'] = { accept_http_10: true };
  return basis;
}

/** Whether HTTP/1.0 is accepted: PILOT_HTTP10 of istiod, or `ISTIO_META_HTTP10: "1"` of the proxy. */
export function acceptsHttp10(proxy: Proxy, registry: Registry): boolean {
  return registry.environment.flag('PILOT_HTTP10', false) || nodeMetadata(proxy, 'HTTP10') === '1';
}

function requestIds(proxy: Proxy, registry: Registry, listenerClass: ListenerClass, sampling: boolean): Message {
  return perProxy(proxy, registry, `request ids ${listenerClass}`, () => {
    const config = any('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
      use_request_id_for_trace_sampling: sampling,
    });
    return derive({ typed_config: config }, ...silencers(proxy, registry, 'tracing'));
  });
}

/** Which of `proxyHeaders` each field comes from, also where the field is absent because of it. */
function markHeaders(manager: Message, headers: ProxyHeaders): void {
  if (!headers.source) return;
  deriveField(manager, 'server_name', headers.at('server'));
  deriveField(manager, 'server_header_transformation', headers.at('server'));
  deriveField(manager, 'generate_request_id', headers.at('requestId'));
  if (manager['forward_client_cert_details'] === headers.forwardClientCertDetails)
    deriveField(manager, 'forward_client_cert_details', headers.at('forwardedClientCert'));
  deriveField(manager, 'set_current_client_cert_details', headers.at('setCurrentClientCertDetails'));
}

/** The Telemetries by which a part may be turned off. */
function silencers(proxy: Proxy, registry: Registry, part: TelemetryPart): Source[] {
  return telemetryItems(proxy, registry, part).flat();
}

function routeDiscovery(name: string): Message {
  return {
    config_source: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
    route_config_name: name,
  };
}

function preserveCase(): Message {
  return {
    stateful_formatter: {
      name: 'preserve_case',
      typed_config: any('envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig'),
    },
  };
}
