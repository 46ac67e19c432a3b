import type { Cluster, Listener, Message, ProxyConfig } from '../../../src/model/envoy.ts';
import { objects } from '../../../src/model/json.ts';
import type { Identities } from './identities.ts';

/** What a proxy's configuration needs to run on one machine, beside others. */
export interface Surroundings {
  /** Stands before the names of its listeners and clusters. */
  prefix: string;
  principal: string;
  identities: Identities;
  logFile: string;
  /** The port here that stands for an endpoint of the mesh. */
  portFor(address: string, port: number): number;
  /** The port of the application. */
  application: number;
}

/** A compiled configuration as a real Envoy runs it: all of it stays but addresses, secrets, and filters that Istio adds to Envoy. */
export function runnable(config: ProxyConfig, around: Surroundings): { listeners: Listener[]; clusters: Cluster[] } {
  const names = new Set(config.clusters.map(({ name }) => name));
  const copy = JSON.parse(JSON.stringify(config), (key, value) => {
    if (typeof value === 'string') return names.has(value) ? `${around.prefix}${value}` : value;
    // The address of the connection itself is one of this machine; this one honours the PROXY header.
    if (value?.direct_remote_ip) return { source_ip: value.direct_remote_ip };
    return key === 'common_tls_context' ? withCertificates(value, around) : value;
  }) as ProxyConfig;
  return {
    listeners: copy.listeners.map((it) => runnableListener(it, copy, around)),
    clusters: copy.clusters.map((it) => runnableCluster(it, copy, around)),
  };
}

function withCertificates(context: Message, { identities, principal }: Surroundings): Message {
  const { combined_validation_context: combined, ...copy } = context;
  const own = identities.of(principal);
  const hasOwn = copy['tls_certificate_sds_secret_configs'] !== undefined;
  const authority = { trusted_ca: { filename: identities.ca } };
  delete copy['tls_certificate_sds_secret_configs'];
  if (hasOwn)
    copy['tls_certificates'] = [
      { certificate_chain: { filename: own.certificate }, private_key: { filename: own.key } },
    ];
  if (combined) copy['validation_context'] = { ...combined['default_validation_context'], ...authority };
  if (copy['validation_context_sds_secret_config']) copy['validation_context'] = authority;
  delete copy['validation_context_sds_secret_config'];
  return copy;
}

function runnableListener(listener: Listener, config: ProxyConfig, around: Surroundings): Listener {
  const { additional_addresses: _, bind_to_port: __, use_original_dst: ___, ...copy } = listener;
  const chain = (it: Message): Message => ({
    ...it,
    filters: (objects(it['filters']) as Message[]).flatMap((filter) => runnableFilter(filter, config, around)),
  });
  return {
    ...copy,
    name: `${around.prefix}${listener.name}`,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    // What the kernel knows of a redirected connection stands in a PROXY header.
    listener_filters: [
      {
        name: 'envoy.filters.listener.proxy_protocol',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
        },
      },
      ...objects(listener['listener_filters']).filter((it) => !String(it['name']).endsWith('original_dst')),
    ],
    filter_chains: (listener.filter_chains ?? []).map(chain),
    ...(listener.default_filter_chain ? { default_filter_chain: chain(listener.default_filter_chain) } : {}),
  } as Listener;
}

function runnableFilter(filter: Message, config: ProxyConfig, around: Surroundings): Message[] {
  const typed: Message = filter['typed_config'] ?? {};
  const type = String(typed['@type']).split('.').at(-1);
  if (!/^(RBAC|TcpProxy|HttpConnectionManager)$/.test(type ?? '')) return [];
  if (type === 'RBAC') return [filter];
  const logs = { ...typed, access_log: [accessLog(around)] };
  if (type === 'TcpProxy') return [{ ...filter, typed_config: logs }];
  const { tracing: _, rds, request_id_extension: __, ...manager } = logs as Message;
  const routes = config.routes.find(({ name }) => name === rds?.['route_config_name']);
  const http = (objects(manager['http_filters']) as Message[]).flatMap(runnableHttpFilter);
  const table = rds ? { route_config: withoutType(routes ?? { name: 'none' }) } : {};
  return [{ ...filter, typed_config: { ...manager, ...table, http_filters: http } }];
}

function withoutType({ '@type': _, ...message }: Message): Message {
  return { ...message, validate_clusters: false };
}

const known = /\.(rbac|cors|fault|router|jwt_authn)\.v3\./;

function runnableHttpFilter(filter: Message): Message[] {
  const config: Message = filter['typed_config'] ?? {};
  const type = String(config['@type']);
  if (known.test(type)) return [filter];
  return filter['name'] === 'istio.alpn' ? [protocolsOf(config)] : [];
}

/** What Istio's filter does to the protocols of a request of HTTP/1.1, by a filter of Envoy's own. */
function protocolsOf(config: Message): Message {
  const override = (objects(config['alpn_override']) as Message[]).find((it) => it['upstream_protocol'] === 'HTTP11');
  return {
    name: 'alpn',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config',
      on_request_headers: [
        {
          object_key: 'envoy.network.application_protocols',
          format_string: { text_format_source: { inline_string: (override?.['alpn_override'] ?? []).join(',') } },
        },
      ],
    },
  };
}

function accessLog({ prefix, logFile }: Surroundings): Message {
  const fields = ['REQ(X-TEST-ID)', 'DOWNSTREAM_REMOTE_PORT', 'RESPONSE_FLAGS', 'UPSTREAM_CLUSTER_RAW'];
  const format = `${[prefix, ...fields.map((it) => `%${it}%`)].join('\t')}\n`;
  return {
    name: 'file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path: logFile,
      log_format: { text_format_source: { inline_string: format } },
    },
  };
}

function runnableCluster(cluster: Cluster, config: ProxyConfig, around: Surroundings): Cluster {
  const { filters: _, eds_cluster_config: eds, upstream_bind_config: __, ...copy } = cluster as Message;
  const assignment: Message | undefined = eds
    ? config.endpoints.find((it) => it.cluster_name === (eds['service_name'] || cluster.name))
    : copy['load_assignment'];
  const here = (port: number) => ({ address: { socket_address: { address: '127.0.0.1', port_value: port } } });
  const redirected = (it: Message): Message => {
    const { address, port_value: port } = it['endpoint']?.['address']?.['socket_address'] ?? {};
    return { ...it, endpoint: here(around.portFor(String(address), Number(port))) };
  };
  const application = [{ lb_endpoints: [{ endpoint: here(around.application) }] }];
  const own = /^inbound\||^InboundPassthrough/.test(cluster.name.slice(around.prefix.length));
  const groups = (objects(assignment?.['endpoints']) as Message[]).map((it) => ({
    ...it,
    lb_endpoints: (objects(it['lb_endpoints']) as Message[]).map(redirected),
  }));
  const { metadata: ___, ...rest } = copy;
  return {
    ...rest,
    name: cluster.name,
    type: 'STATIC',
    lb_policy: 'ROUND_ROBIN',
    load_assignment: { cluster_name: cluster.name, endpoints: own ? application : groups },
  } as Cluster;
}
