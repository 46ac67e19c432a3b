import type { Message } from '../../src/model/envoy.ts';

/** Where the types of Envoy's HTTP filters are. */
export const http = 'type.googleapis.com/envoy.extensions.filters.http';
const whole = { numerator: 100 };
const fault = (config: Message): Message => ({
  typed_per_filter_config: { 'envoy.filters.http.fault': { '@type': `${http}.fault.v3.HTTPFault`, ...config } },
});
const delay = fault({ delay: { fixed_delay: '0.01s', percentage: whole } });
const abort = (more: Message = {}): Message => fault({ abort: { http_status: 555, percentage: whole }, ...more });
const retry = (on: string, more: Message = {}): Message => ({
  retry_policy: { retry_on: on, num_retries: 1, ...more },
});
/** What istiod asks for by default. */
const usual = retry('connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes', {
  retriable_status_codes: [503],
});
const to = (cluster: string, more: Message = {}): Message => ({ route: { cluster, ...more } });
const limit = (more: Message): Message => ({
  typed_per_filter_config: {
    'envoy.filters.http.local_ratelimit': {
      '@type': `${http}.local_ratelimit.v3.LocalRateLimit`,
      stat_prefix: 'limit',
      token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '3600s' },
      filter_enabled: { runtime_key: 'a', default_value: whole },
      filter_enforced: { runtime_key: 'b', default_value: whole },
      ...more,
    },
  },
});
const cors: Message = {
  typed_per_filter_config: {
    'envoy.filters.http.cors': {
      '@type': `${http}.cors.v3.CorsPolicy`,
      allow_origin_string_match: [{ exact: 'http://a.example' }],
      allow_methods: 'GET',
    },
  },
};
const preflight = (origin: string): Message => ({
  method: 'OPTIONS',
  headers: [`origin: ${origin}`, 'access-control-request-method: GET'],
});

/** A route of the listener, and what is sent to it. */
export type OutcomeCase = [
  name: string,
  route: Message,
  sent?: { method?: string; headers?: string[]; host?: string; path?: string },
];

/** Routes of which each ends a request in its own way. */
export const outcomeCases: readonly OutcomeCase[] = [
  ['answers', to('answers')],
  ['no host', to('answers'), { host: 'nobody.example' }],
  ['host in upper case with a port', to('answers'), { host: 'CASES.example:81' }],
  ['host with a dot at its end', to('answers'), { host: 'cases.example.' }],
  ['missing cluster', to('missing')],
  ['missing cluster, 404', to('missing', { cluster_not_found_response_code: 'NOT_FOUND' })],
  ['missing cluster, 500', to('missing', { cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' })],
  ['no endpoint', to('empty')],
  ['no endpoint, retried', to('empty', usual)],
  ['unhealthy endpoint alone', to('unhealthy')],
  ['original destination without redirection', to('original')],
  ['refuses', to('refuses')],
  ['refuses, retried', to('refuses', usual)],
  ['refuses, retried on 5xx', to('refuses', retry('5xx'))],
  ['refuses, retried on gateway-error', to('refuses', retry('gateway-error'))],
  ['refuses, retried on reset', to('refuses', retry('reset'))],
  ['refuses, no retries', to('refuses', retry('connect-failure', { num_retries: 0 }))],
  ['closes', to('closes')],
  ['closes, retried', to('closes', usual)],
  ['closes, retried on reset', to('closes', retry('reset'))],
  ['closes in the handshake', to('closesTls')],
  ['closes in the handshake, retried', to('closesTls', usual)],
  ['does not speak TLS', to('answersTls', usual)],
  ['closes, retried on 5xx', to('closes', retry('5xx'))],
  ['closes, retried on gateway-error', to('closes', retry('gateway-error'))],
  ['closes, retried on reset-before-request', to('closes', retry('reset-before-request'))],
  ['waits for its certificate', to('waits')],
  ['waits for its certificate, retried', to('waits', usual)],
  ['waits for what it validates with', to('waitsToValidate')],
  ['garbles', to('garbles')],
  ['garbles, retried', to('garbles', usual)],
  ['garbles, retried on reset', to('garbles', retry('reset'))],
  ['HTTP/2 to HTTP/1', to('fails2')],
  ['fails', to('fails')],
  ['fails, retried', to('fails', usual)],
  ['fails, retried on gateway-error', to('fails', retry('gateway-error'))],
  ['fails, retried on 4xx', to('fails', retry('retriable-4xx'))],
  ['delayed', { ...to('answers'), ...delay }],
  ['delayed, refuses', { ...to('refuses', usual), ...delay }],
  ['delayed, closes', { ...to('closes'), ...delay }],
  ['delayed, missing cluster', { ...to('missing'), ...delay }],
  ['delayed, no endpoint', { ...to('empty'), ...delay }],
  ['delayed, fails', { ...to('fails', usual), ...delay }],
  ['delayed beyond the timeout', { ...to('answers', { timeout: '0.001s' }), ...delay }],
  ['aborted', { ...to('answers'), ...abort() }],
  ['aborted and delayed', { ...to('answers'), ...abort({ delay: { fixed_delay: '0.01s', percentage: whole } }) }],
  ['aborted before a redirect', { redirect: { path_redirect: '/x' }, ...abort() }],
  [
    'aborted for a header that is not there',
    { ...to('answers'), ...abort({ headers: [{ name: 'x-a', present_match: true }] }) },
  ],
  ['aborted, gRPC client', { ...to('answers'), ...abort() }, { headers: ['content-type: application/grpc'] }],
  ['aborted with a gRPC status', { ...to('answers'), ...fault({ abort: { grpc_status: 14, percentage: whole } }) }],
  ['refuses, gRPC client', to('refuses'), { headers: ['content-type: application/grpc'] }],
  ['redirect, gRPC client', { redirect: { path_redirect: '/x' } }, { headers: ['content-type: application/grpc'] }],
  [
    'direct response, gRPC client',
    { direct_response: { status: 418 } },
    { headers: ['content-type: application/grpc'] },
  ],
  ['direct response', { direct_response: { status: 418 } }],
  ['limited', { ...to('answers'), ...limit({}) }],
  ['limited, another status', { ...to('answers'), ...limit({ status: { code: 'ServiceUnavailable' } }) }],
  ['limited, a status that is no error', { ...to('answers'), ...limit({ status: { code: 'OK' } }) }],
  ['limited, not enforced', { ...to('answers'), ...limit({ filter_enforced: undefined }) }],
  ['limited, not enabled', { ...to('answers'), ...limit({ filter_enabled: undefined }) }],
  ['preflight', { ...to('fails'), ...cors }, preflight('http://a.example')],
  ['preflight of another origin', { ...to('fails'), ...cors }, preflight('http://b.example')],
  ['preflight without a policy', to('fails'), preflight('http://a.example')],
];
