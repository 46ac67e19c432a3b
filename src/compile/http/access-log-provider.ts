import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { derive } from '../../model/provenance.ts';
import type { Registry } from '../../registry/types.ts';
import { defaultTextFormat, formatters, jsonFormat, textFormat } from './access-log-format.ts';
import { providerCluster } from './provider-cluster.ts';
import { extension } from './typed-config.ts';

const peers = ['upstream_peer', 'downstream_peer'];

/** Old and new names of the peers' metadata in filter state, for log services that know either. */
const peersOfAllVersions = [
  ...peers,
  'wasm.upstream_peer',
  'wasm.upstream_peer_id',
  'wasm.downstream_peer',
  'wasm.downstream_peer_id',
];

/** A file access logger from `accessLogFile`, `accessLogFormat`, `accessLogEncoding` of the mesh (`FileAccessLogFromMeshConfig`). */
export function meshFileLog(registry: Registry, path: string): Message {
  const { mesh } = registry;
  const format = typeof mesh['accessLogFormat'] === 'string' ? mesh['accessLogFormat'] : '';
  const logFormat =
    mesh['accessLogEncoding'] === 'JSON' ? jsonFormat(format === '' ? undefined : parse(format)) : textFormat(format);
  return derive(fileLog(path, derive(logFormat, [mesh, 'accessLogFormat'], [mesh, 'accessLogEncoding'])), [
    mesh,
    'accessLogFile',
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fileLog(path: string, logFormat: Message | undefined): Message {
  return extension('envoy.access_loggers.file', 'envoy.extensions.access_loggers.file.v3.FileAccessLog', {
    path,
    ...(logFormat ? { log_format: logFormat } : {}),
  });
}

/**
 * The access logger of an extension provider (istiod's `telemetryAccessLog`).
 *
 * @returns undefined for a provider that logs nothing, or whose service is not known
 */
export function providerLog(registry: Registry, provider: JsonObject): Message | undefined {
  const config = (kind: string): JsonObject | undefined =>
    isObject(provider[kind]) ? (provider[kind] as JsonObject) : undefined;
  const file = config('envoyFileAccessLog');
  if (file) return derive(providerFileLog(registry, provider, file), file);
  const http = config('envoyHttpAls');
  if (http) return grpcLog(registry, http, 'http');
  const tcp = config('envoyTcpAls');
  if (tcp) return grpcLog(registry, tcp, 'tcp');
  const otel = config('envoyOtelAls');
  return otel && openTelemetryLog(registry, otel);
}

function providerFileLog(registry: Registry, provider: JsonObject, file: JsonObject): Message {
  const path = typeof file['path'] === 'string' ? file['path'] : '';
  const format = isObject(file['logFormat']) ? file['logFormat'] : undefined;
  const omitEmpty = file['omitEmptyValues'] === true;
  if (provider['name'] === 'envoy' && !format && !omitEmpty) return meshFileLog(registry, path);
  const target = path === '' ? '/dev/stdout' : path;
  if (format && 'labels' in format) return fileLog(target, derive(jsonFormat(format['labels'], omitEmpty), format));
  // A `logFormat` that says nothing leaves the format to Envoy; only its absence means Istio's.
  if (format && typeof format['text'] !== 'string') return fileLog(target, undefined);
  const text = format ? String(format['text']) : '';
  return fileLog(target, derive(textFormat(text, omitEmpty), format));
}

function common(logName: string, service: Message, filterState: unknown[]): Message {
  return {
    log_name: logName,
    grpc_service: { envoy_grpc: service },
    transport_api_version: 'V3',
    filter_state_objects_to_log: filterState,
  };
}

function list(value: unknown): unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

function grpcLog(registry: Registry, config: JsonObject, kind: 'http' | 'tcp'): Message | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  const common_config = common(
    String(config['logName'] || `${kind}_envoy_accesslog`),
    { cluster_name: target.cluster, authority: target.hostname },
    list(config['filterStateObjectsToLog']) ?? peers,
  );
  if (kind === 'tcp') return derive(grpcLogger('tcp', { common_config }), config);
  const message: Message = { common_config };
  const requestHeaders = list(config['additionalRequestHeadersToLog']);
  const responseHeaders = list(config['additionalResponseHeadersToLog']);
  const trailers = list(config['additionalResponseTrailersToLog']);
  if (requestHeaders) message['additional_request_headers_to_log'] = requestHeaders;
  if (responseHeaders) message['additional_response_headers_to_log'] = responseHeaders;
  if (trailers) message['additional_response_trailers_to_log'] = trailers;
  return derive(grpcLogger('http', message), config);
}

function grpcLogger(kind: 'http' | 'tcp', message: Message): Message {
  return kind === 'tcp'
    ? extension('envoy.tcp_grpc_access_log', 'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig', message)
    : extension(
        'envoy.access_loggers.http_grpc',
        'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
        message,
      );
}

/** The logger of `enableEnvoyAccessLogService`: its cluster is in the bootstrap. */
export function accessLogService(kind: 'http' | 'tcp', logName: string): Message {
  return grpcLogger(kind, {
    common_config: common(logName, { cluster_name: 'envoy_accesslog_service' }, peersOfAllVersions),
  });
}

function openTelemetryLog(registry: Registry, config: JsonObject): Message | undefined {
  const target = providerCluster(registry, config['service'], config['port']);
  if (!target) return undefined;
  const format = isObject(config['logFormat']) ? config['logFormat'] : {};
  const text = String(format['text'] || defaultTextFormat);
  const labels = isObject(format['labels']) ? format['labels'] : {};
  const keys = Object.keys(labels).sort();
  const extra = formatters(text, labels);
  const message: Message = {
    common_config: common(
      String(config['logName'] || 'otel_envoy_accesslog'),
      { cluster_name: target.cluster, authority: target.hostname },
      peersOfAllVersions,
    ),
    disable_builtin_labels: true,
    body: { string_value: text },
  };
  if (keys.length > 0)
    message['attributes'] = {
      values: keys.map((key) => ({
        key,
        value: { string_value: typeof labels[key] === 'string' ? labels[key] : '' },
      })),
    };
  if (extra.length > 0) message['formatters'] = extra;
  return derive(
    extension(
      'envoy.access_loggers.open_telemetry',
      'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig',
      message,
    ),
    config,
  );
}
