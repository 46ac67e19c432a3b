import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Peer, ServedConfig, World } from '../../src/explain/index.ts';
import { readRequest } from '../../src/explain/index.ts';
import { walkListener } from '../../src/explain/walk.ts';
import type { Cluster, Listener, Message, ProxyConfig } from '../../src/model/envoy.ts';
import { type OutcomeEnvoy, type ServerKind, servers, startOutcomeEnvoy } from '../support/outcome-envoy.ts';

const http = 'type.googleapis.com/envoy.extensions.filters.http';
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

/** A route, what is sent, and whether the request is sent twice so that the second meets what the first left. */
type Case = [
  name: string,
  route: Message,
  sent?: { method?: string; headers?: string[]; host?: string; path?: string },
];

const cases: Case[] = [
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

const prefixOf = (index: number): string => `/case-${index}/`;

function listener(): Listener {
  const filters: [string, string, string][] = [
    ['cors', 'cors.v3', 'Cors'],
    ['local_ratelimit', 'local_ratelimit.v3', 'LocalRateLimit'],
    ['fault', 'fault.v3', 'HTTPFault'],
    ['router', 'router.v3', 'Router'],
  ];
  return {
    name: 'cases',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: 'cases',
              normalize_path: true,
              http_filters: filters.map(([name, version, type]) => ({
                name: `envoy.filters.http.${name}`,
                typed_config: {
                  '@type': `${http}.${version}.${type}`,
                  ...(name === 'local_ratelimit' ? { stat_prefix: 'limit' } : {}),
                },
              })),
              route_config: {
                name: 'cases',
                validate_clusters: false,
                ignore_port_in_host_matching: true,
                virtual_hosts: [
                  {
                    name: 'cases',
                    domains: ['cases.example'],
                    routes: cases.map(([, route], index) => ({ match: { prefix: prefixOf(index) }, ...route })),
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  };
}

const tcpCases = [
  'waits',
  'waitsToValidate',
  'answers',
  'refuses',
  'closes',
  'closesTls',
  'answersTls',
  'garbles',
  'empty',
  'missing',
  'original',
];

function tcpListener(cluster: string): Listener {
  return {
    name: `tcp-${cluster}`,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
              stat_prefix: cluster,
              cluster,
            },
          },
        ],
      },
    ],
  };
}

/** A secret that never comes: nobody listens where it is asked for. */
function secret(name: string): Message {
  const source = {
    api_type: 'GRPC',
    transport_api_version: 'V3',
    grpc_services: [{ envoy_grpc: { cluster_name: 'sds' } }],
  };
  return {
    name,
    sds_config: { api_config_source: source, resource_api_version: 'V3', initial_fetch_timeout: '0.05s' },
  };
}

const missingSecrets = new Set(['lost', 'lost-cacert']);

/** The listener of the TCP cases, whose chain terminates TLS with a certificate that has not come. */
function waitingListener(): Listener {
  const [chain = {}] = tcpListener('answers').filter_chains ?? [];
  const config = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
    common_tls_context: { tls_certificate_sds_secret_configs: [secret('lost')] },
  };
  return {
    ...tcpListener('answers'),
    name: 'waits',
    filter_chains: [{ ...chain, transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: config } }],
  };
}

function clusters(ports: Record<ServerKind, number>): Cluster[] {
  const endpoint = (port: number): Message => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  });
  const named = (name: string, endpoints: Message[], more: Message = {}): Cluster => ({
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
    ...more,
  });
  const tls: Message = {
    name: 'envoy.transport_sockets.tls',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext' },
  };
  const waiting = (common: Message): Message => ({
    ...tls,
    typed_config: { ...tls['typed_config'], common_tls_context: common },
  });
  const options = {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  };
  return [
    ...servers.map((kind) => named(kind, [endpoint(ports[kind])])),
    named('fails2', [endpoint(ports.fails)], { typed_extension_protocol_options: options }),
    named('closesTls', [endpoint(ports.closes)], { transport_socket: tls }),
    named('answersTls', [endpoint(ports.answers)], { transport_socket: tls }),
    named('waits', [endpoint(ports.answers)], {
      transport_socket: waiting({ tls_certificate_sds_secret_configs: [secret('lost')] }),
    }),
    named('waitsToValidate', [endpoint(ports.answers)], {
      transport_socket: waiting({
        combined_validation_context: {
          default_validation_context: {},
          validation_context_sds_secret_config: secret('lost-cacert'),
        },
      }),
    }),
    named('sds', [endpoint(ports.refuses)], { typed_extension_protocol_options: options }),
    named('empty', []),
    named('unhealthy', [{ ...endpoint(ports.answers), health_status: 'UNHEALTHY' }], {
      common_lb_config: { healthy_panic_threshold: { value: 0 } },
    }),
    { name: 'original', type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', connect_timeout: '5s' },
  ];
}

function configOf(ports: Record<ServerKind, number>): ServedConfig {
  return { clusters: clusters(ports), endpoints: [], listeners: [], routes: [], missingSecrets };
}

/** The servers as the engine meets them. One that closes is a proxy without a filter chain for the connection. */
function worldOf(ports: Record<ServerKind, number>): World {
  const kindOf = (port: number): ServerKind | undefined => servers.find((kind) => ports[kind] === port);
  const silent: ProxyConfig = {
    clusters: [],
    endpoints: [],
    routes: [],
    listeners: [{ name: 'virtualInbound', traffic_direction: 'INBOUND', filter_chains: [] }],
  };
  return {
    peerAt: (address, port): Peer => {
      const kind = kindOf(port);
      return { name: kind ?? '', address, ...(kind === 'closes' ? { config: silent } : {}) };
    },
    application: (name) => ({
      speaks: name === 'refuses' ? 'nothing' : name === 'garbles' ? 'bytes' : 'http',
      http2: false,
      tls: false,
    }),
  };
}

describe('ends of requests and a real Envoy', () => {
  let envoy: OutcomeEnvoy;
  beforeAll(async () => {
    envoy = await startOutcomeEnvoy((ports) => ({
      listeners: [listener(), ...tcpCases.map(tcpListener), waitingListener()],
      clusters: clusters(ports),
    }));
  }, 120_000);
  afterAll(() => envoy?.stop());

  it.each(cases.map((it, index) => ({ name: it[0], index })))('$name', async ({ index }) => {
    const [name, route, sent = {}] = cases[index] as Case;
    const { method = 'GET', headers = [], host = 'cases.example', path = `${prefixOf(index)}x` } = sent;
    const fields = [...headers, 'connection: close'];
    const bytes = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${fields.join('\r\n')}\r\n\r\n`;
    const real = await envoy.send('cases', bytes);
    const action: Message = route['route'] ?? {};
    const request = readRequest(`http://${host}${path}`, headers, method).http;
    const config = configOf(envoy.ports);
    const world: World = { ...worldOf(envoy.ports), answer: String(action['cluster']).startsWith('fails') ? 503 : 200 };
    const connection = { destinationIp: '127.0.0.1', destinationPort: 1, http: 'http/1.1' as const };
    const { outcome } = walkListener({ name: 'test', config }, listener(), connection, request, world);
    const ends = outcome.kind === 'open' ? (outcome.ends ?? []) : [outcome];
    const words = ends.map((it) => `${it.status} ${it.flag}`);
    expect(words, real.details).toContain(`${real.status} ${real.flag}`);
    if (outcome.kind !== 'open') return;
    // What one request alone does not show, the second does.
    const again = await envoy.send('cases', bytes);
    expect(words, `${name}, again`).toContain(`${again.status} ${again.flag}`);
    expect(again).not.toEqual(real);
  });

  it.each(tcpCases)('bytes to a cluster that is %s', async (cluster) => {
    const real = await envoy.send(`tcp-${cluster}`, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const request = readRequest('http://a/').http;
    const config = configOf(envoy.ports);
    const connection = { destinationIp: '127.0.0.1', destinationPort: 1, http: 'http/1.1' as const };
    const hop = walkListener({ name: 'test', config }, tcpListener(cluster), connection, request, worldOf(envoy.ports));
    const { kind, status = 0, flag } = hop.outcome;
    expect(`${kind === 'answer' ? status : 0} ${flag}`, real.details).toBe(`${real.status} ${real.flag}`);
  });

  it.each(['GET / HTTP/1.1\r\nhost: a\r\n\r\n', '\x16\x03\x01\x00\x01\x01'])(
    'bytes to a chain that waits: %j',
    async (bytes) => {
      const real = await envoy.send('waits', bytes);
      const request = readRequest('http://a/').http;
      const tls = bytes.startsWith('\x16') ? { alpn: [], mutual: false, ofApplication: true } : undefined;
      const connection = { destinationIp: '127.0.0.1', destinationPort: 1, tls };
      const sender = { name: 'test', config: configOf(envoy.ports) };
      const { outcome } = walkListener(sender, waitingListener(), connection, request, worldOf(envoy.ports));
      expect(outcome).toMatchObject({ kind: 'closed', flag: real.flag });
      expect(real).toMatchObject({ status: 0, flag: '-' });
    },
  );
});
