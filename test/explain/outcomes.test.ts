import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Peer, ServedConfig, World } from '../../src/explain/index.ts';
import { readRequest } from '../../src/explain/index.ts';
import { walkListener } from '../../src/explain/walk.ts';
import type { Cluster, Listener, Message, ProxyConfig } from '../../src/model/envoy.ts';
import { type OutcomeEnvoy, type ServerKind, servers, startOutcomeEnvoy } from '../support/outcome-envoy.ts';
import { http, type OutcomeCase, outcomeCases } from './outcome-cases.ts';

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
                    routes: outcomeCases.map(([, route], index) => ({ match: { prefix: prefixOf(index) }, ...route })),
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

  it.each(outcomeCases.map((it, index) => ({ name: it[0], index })))('$name', async ({ index }) => {
    const [name, route, sent = {}] = outcomeCases[index] as OutcomeCase;
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
