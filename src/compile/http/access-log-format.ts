import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { any } from './typed-config.ts';

/** Istio's default text format (`EnvoyTextLogFormat`, telemetry_logging.go). */
export const defaultTextFormat =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% ' +
  '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

/** Istio's default JSON format (`EnvoyJSONLogFormatIstio`). */
const defaultJsonFormat: JsonObject = {
  start_time: '%START_TIME%',
  route_name: '%ROUTE_NAME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

/** The formatter extensions that a text or JSON format needs: only `%REQ_WITHOUT_QUERY%` is no built-in operator. */
export function formatters(...formats: unknown[]): Message[] {
  const texts = formats.flatMap((format) => (isObject(format) ? Object.values(format) : [format]));
  const needed = texts.some((text) => typeof text === 'string' && text.includes('%REQ_WITHOUT_QUERY'));
  if (!needed) return [];
  return [
    {
      name: 'envoy.formatter.req_without_query',
      typed_config: any('envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery'),
    },
  ];
}

function substitution(format: Message, omitEmpty: boolean, source: unknown): Message {
  const extra = formatters(source);
  return {
    ...format,
    ...(omitEmpty ? { omit_empty_values: true } : {}),
    ...(extra.length > 0 ? { formatters: extra } : {}),
  };
}

/** `log_format` of a file logger in text; '' stands for Istio's default, and a newline is added where it is missing. */
export function textFormat(format: string, omitEmpty = false): Message {
  const text = format === '' ? defaultTextFormat : format.endsWith('\n') ? format : `${format}\n`;
  return substitution({ text_format_source: { inline_string: text } }, omitEmpty, text);
}

/** `log_format` of a file logger in JSON; an empty object stands for Istio's default. */
export function jsonFormat(labels: unknown, omitEmpty = false): Message {
  const format = isObject(labels) && Object.keys(labels).length > 0 ? labels : defaultJsonFormat;
  return substitution({ json_format: format, json_format_options: { sort_properties: false } }, omitEmpty, format);
}
