import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import { isObject } from '../../model/json.ts';
import { deriveField, standsFor } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';

/** What `profile: EDGE` stands for on a gateway where the field itself is not set (`applyEdgeProfileDefaults`). */
const edgeDefaults: Record<string, unknown> = {
  listenerPerConnectionBufferLimitBytes: 32768,
  httpIdleTimeout: '3600s',
  httpStreamIdleTimeout: '300s',
  httpRequestTimeout: '300s',
  httpRequestHeadersTimeout: '60s',
  httpMaxConcurrentStreams: 100,
  http2InitialStreamWindowSize: 65536,
  http2InitialConnectionWindowSize: 1048576,
  httpHeadersWithUnderscoresAction: 'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
  httpMergeSlashes: true,
  httpPathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
};

const underscoresActions: Record<string, string> = {
  HEADERS_WITH_UNDERSCORES_REJECT_REQUEST: 'REJECT_REQUEST',
  HEADERS_WITH_UNDERSCORES_DROP_HEADER: 'DROP_HEADER',
};

const slashesActions = new Set(['REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD']);

/**
 * `ProxyConfig.connectionSettings` in force for a proxy, with the EDGE profile's defaults on gateways
 * (`resolveConnectionSettings`, connection_settings.go). Undefined where there is none or the version has no such field.
 */
export function connectionSettings(proxy: Proxy, registry: Registry): Record<string, unknown> | undefined {
  const config = proxy.proxyConfig['connectionSettings'];
  if (!behaviour(registry).connectionSettings || !isObject(config)) return undefined;
  if (config['profile'] !== 'EDGE' || proxy.type !== 'router') return config;
  return standsFor({ ...edgeDefaults, ...config }, config);
}

/** Applies `connectionSettings` to a connection manager; they win over the mesh's path normalization. */
export function applyConnectionSettings(manager: Message, proxy: Proxy, registry: Registry): void {
  const settings = connectionSettings(proxy, registry);
  if (!settings) return;
  const set = (target: Message, field: string, key: string, value: unknown): void => {
    if (value === undefined) return;
    target[field] = value;
    deriveField(target, field, [settings, key]);
  };
  const duration = (key: string): string | undefined => envoyDuration(settings[key]);
  const size = (key: string): number | undefined =>
    typeof settings[key] === 'number' && settings[key] >= 0 ? settings[key] : undefined;

  const common: Message = { ...manager['common_http_protocol_options'] };
  set(common, 'idle_timeout', 'httpIdleTimeout', duration('httpIdleTimeout'));
  set(common, 'max_connection_duration', 'httpMaxConnectionDuration', duration('httpMaxConnectionDuration'));
  set(common, 'max_stream_duration', 'httpMaxStreamDuration', duration('httpMaxStreamDuration'));
  const underscores = settings['httpHeadersWithUnderscoresAction'];
  if (typeof underscores === 'string' && underscores !== 'HEADERS_WITH_UNDERSCORES_UNSPECIFIED')
    set(
      common,
      'headers_with_underscores_action',
      'httpHeadersWithUnderscoresAction',
      underscoresActions[underscores] ?? 'ALLOW',
    );
  if (Object.keys(common).length > 0) manager['common_http_protocol_options'] = common;

  set(manager, 'stream_idle_timeout', 'httpStreamIdleTimeout', duration('httpStreamIdleTimeout'));
  set(manager, 'request_timeout', 'httpRequestTimeout', duration('httpRequestTimeout'));
  set(manager, 'request_headers_timeout', 'httpRequestHeadersTimeout', duration('httpRequestHeadersTimeout'));
  set(manager, 'drain_timeout', 'httpDrainTimeout', duration('httpDrainTimeout'));

  const http2: Message = { ...manager['http2_protocol_options'] };
  set(http2, 'max_concurrent_streams', 'httpMaxConcurrentStreams', size('httpMaxConcurrentStreams'));
  set(http2, 'initial_stream_window_size', 'http2InitialStreamWindowSize', size('http2InitialStreamWindowSize'));
  set(
    http2,
    'initial_connection_window_size',
    'http2InitialConnectionWindowSize',
    size('http2InitialConnectionWindowSize'),
  );
  if (Object.keys(http2).length > 0) manager['http2_protocol_options'] = http2;

  if (typeof settings['httpMergeSlashes'] === 'boolean')
    set(manager, 'merge_slashes', 'httpMergeSlashes', settings['httpMergeSlashes']);
  const slashes = settings['httpPathWithEscapedSlashesAction'];
  if (typeof slashes === 'string' && slashes !== 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED')
    set(
      manager,
      'path_with_escaped_slashes_action',
      'httpPathWithEscapedSlashesAction',
      slashesActions.has(slashes) ? slashes : 'KEEP_UNCHANGED',
    );
}
