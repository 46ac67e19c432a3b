import type { Message } from '../../../model/envoy.ts';
import { behaviour } from '../../../model/istio-version.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Registry } from '../../../registry/types.ts';
import { envoyDuration } from '../../duration.ts';
import type { ProviderCluster } from '../../http/provider-cluster.ts';
import { providerCluster } from '../../http/provider-cluster.ts';
import { statusNames } from './http-status.ts';

/** The ext_authz configs of a provider, without the metadata that enables them. An HTTP service cannot judge TCP. */
export interface ExternalAuthorization {
  http: Message;
  tcp?: Message;
}

type Settings = JsonObject & {
  service?: string;
  port?: number;
  timeout?: string;
  statusOnError?: string;
  failOpen?: boolean;
  pathPrefix?: string;
  includeRequestHeadersInCheck?: string[];
  includeHeadersInCheck?: string[];
  includeAdditionalHeadersInCheck?: Record<string, string>;
  includeRequestBodyInCheck?: { maxRequestBytes?: number; allowPartialMessage?: boolean; packAsBytes?: boolean };
  headersToUpstreamOnAllow?: string[];
  headersToDownstreamOnDeny?: string[];
  headersToDownstreamOnAllow?: string[];
};

/**
 * The external authorizer of that name in `MeshConfig.extensionProviders` (istiod's `processExtensionProvider`).
 *
 * @returns undefined where there is none, its name is taken twice or malformed, its service unknown, or a setting invalid
 */
export function externalAuthorization(name: string, registry: Registry): ExternalAuthorization | undefined {
  const all = (registry.mesh['extensionProviders'] ?? []) as JsonObject[];
  const providers = all.filter(
    (item) => isObject(item['envoyExtAuthzHttp'] ?? item['envoyExtAuthzGrpc']) && (item['name'] ?? '') === name,
  );
  const provider = providers[0];
  if (!provider || providers.length > 1 || name === '') return undefined;
  if (behaviour(registry).customProvidersApart && !/^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(name)) return undefined;
  const http = provider['envoyExtAuthzHttp'] as Settings | undefined;
  const settings = http ?? (provider['envoyExtAuthzGrpc'] as Settings);
  const found = providerCluster(registry, settings.service, settings.port);
  if (!found || !isValid(settings)) return undefined;
  return http ? httpService(http, found) : grpcService(settings, found);
}

function isValid(settings: Settings): boolean {
  const port = Number(settings.port ?? 0);
  if (port < 1 || port > 65535) return false;
  if (settings.statusOnError && statusNames[Number(settings.statusOnError)] === undefined) return false;
  if (settings.pathPrefix && !settings.pathPrefix.startsWith('/')) return false;
  return ![
    settings.includeRequestHeadersInCheck,
    settings.includeHeadersInCheck,
    settings.headersToDownstreamOnDeny,
    settings.headersToDownstreamOnAllow,
    settings.headersToUpstreamOnAllow,
  ].some((headers) => headers?.includes('*'));
}

/** istiod's `generateHTTPConfig` */
function httpService(settings: Settings, { hostname, cluster }: ProviderCluster): ExternalAuthorization {
  const service: Message = {
    server_uri: serverUri(settings, hostname, cluster),
    path_prefix: settings.pathPrefix ?? '',
  };
  deriveField(service, 'path_prefix', [settings, 'pathPrefix']);
  const added = Object.entries(settings.includeAdditionalHeadersInCheck ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (added.length > 0) {
    service['authorization_request'] = { headers_to_add: added.map(([key, value]) => ({ key, value })) };
    deriveField(service, 'authorization_request', [settings, 'includeAdditionalHeadersInCheck']);
  }
  const response: Message = {};
  setHeaders(response, 'allowed_upstream_headers', settings, 'headersToUpstreamOnAllow');
  setHeaders(response, 'allowed_client_headers', settings, 'headersToDownstreamOnDeny');
  setHeaders(response, 'allowed_client_headers_on_success', settings, 'headersToDownstreamOnAllow');
  if (Object.keys(response).length > 0) service['authorization_response'] = response;
  const message = common(settings, { http_service: service });
  const checked = settings.includeRequestHeadersInCheck?.length
    ? 'includeRequestHeadersInCheck'
    : 'includeHeadersInCheck';
  setHeaders(message, 'allowed_headers', settings, checked);
  return { http: message };
}

/** istiod's `generateGRPCConfig` */
function grpcService(settings: Settings, { hostname, cluster }: ProviderCluster): ExternalAuthorization {
  const service = (): Message =>
    deriveField(
      {
        envoy_grpc: deriveField({ cluster_name: cluster, authority: hostname }, 'cluster_name', [settings, 'service']),
        timeout: timeoutOf(settings),
      },
      'timeout',
      [settings, 'timeout'],
    );
  const tcp: Message = { stat_prefix: 'tcp.', transport_api_version: 'V3', grpc_service: service() };
  if (settings.failOpen) tcp['failure_mode_allow'] = true;
  deriveField(tcp, 'failure_mode_allow', [settings, 'failOpen']);
  return { http: common(settings, { grpc_service: service() }), tcp: derive(tcp, settings) };
}

function common(settings: Settings, service: Message): Message {
  const message: Message = derive({ ...service, transport_api_version: 'V3' }, settings);
  if (settings.failOpen) message['failure_mode_allow'] = true;
  deriveField(message, 'failure_mode_allow', [settings, 'failOpen']);
  if (settings.statusOnError) {
    message['status_on_error'] = { code: statusNames[Number(settings.statusOnError)] };
    deriveField(message, 'status_on_error', [settings, 'statusOnError']);
  }
  const body = settings.includeRequestBodyInCheck;
  if (body) {
    const buffer: Message = { max_request_bytes: body.maxRequestBytes ?? 0 };
    if (body.allowPartialMessage) buffer['allow_partial_message'] = true;
    if (body.packAsBytes) buffer['pack_as_bytes'] = true;
    message['with_request_body'] = derive(buffer, body);
  }
  return message;
}

function serverUri(settings: Settings, hostname: string, cluster: string): Message {
  const uri = { uri: `http://${hostname}`, cluster, timeout: timeoutOf(settings) };
  return deriveField(derive(uri, [settings, 'service']), 'timeout', [settings, 'timeout']);
}

function timeoutOf(settings: Settings): string {
  return envoyDuration(settings.timeout) ?? '600s';
}

/** Header names, possibly with a wildcard in front or at the end (istiod's `generateHeaders`). */
function setHeaders(
  message: Message,
  field: string,
  settings: Settings,
  key:
    | 'headersToUpstreamOnAllow'
    | 'headersToDownstreamOnDeny'
    | 'headersToDownstreamOnAllow'
    | 'includeRequestHeadersInCheck'
    | 'includeHeadersInCheck',
): void {
  const headers = settings[key];
  if (!headers?.length) return;
  const patterns = headers.map((header, index) => {
    const match = header.startsWith('*')
      ? { suffix: header.slice(1) }
      : header.endsWith('*')
        ? { prefix: header.slice(0, -1) }
        : { exact: header };
    return derive({ ...match, ignore_case: true }, [settings, key, index]);
  });
  message[field] = derive({ patterns }, [settings, key]);
}
