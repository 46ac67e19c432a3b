import type { Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { OneOf } from '../../model/one-of.ts';
import { derive, deriveField, type Source } from '../../model/provenance.ts';
import type { Endpoint } from '../../registry/types.ts';
import { dualStack } from '../cluster/ip-family.ts';
import type { EndpointQuery } from './locality-groups.ts';
import type { MtlsChoice } from './mtls.ts';
import { isDraining } from './sendable.ts';

const nameLabels = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app'];
const revisionLabels = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version'];

/** Envoy's `LbEndpoint` for an endpoint (istiod's `buildEnvoyLbEndpoint`). */
export function lbEndpoint(query: EndpointQuery, endpoint: Endpoint, mtls: MtlsChoice): Message {
  const filters: Message = {};
  if (endpoint.tlsMode !== '' && endpoint.tlsMode !== 'disabled') {
    const match = { tlsMode: endpoint.tlsMode };
    if (mtls.enabled) filters['envoy.transport_socket_match'] = match;
    else if (mtls.unseen) filters['envoy.transport_socket_match'] = new OneOf(undefined, match);
  }
  deriveField(filters, 'envoy.transport_socket_match', mtls.source);
  const { environment } = query.registry;
  if (
    environment.flag('PILOT_ENABLE_TELEMETRY_LABEL', true) &&
    environment.flag('PILOT_ENDPOINT_TELEMETRY_LABEL', true)
  )
    filters['istio'] = { workload: workloadText(query, endpoint) };
  const message: Message = {
    endpoint: { address: address(endpoint.pipe, endpoint.address, endpoint.port) },
    metadata: { filter_metadata: filters },
    load_balancing_weight: endpoint.weight > 0 ? endpoint.weight : 1,
  };
  const health = isDraining(query, endpoint) ? 'DRAINING' : endpoint.health;
  if (health !== 'UNKNOWN') message['health_status'] = health;
  if (endpoint.additionalAddresses?.length && dualStack(query.registry))
    message['endpoint'].additional_addresses = endpoint.additionalAddresses.map((item) => ({
      address: address(undefined, item, endpoint.port),
    }));
  deriveField(message, 'load_balancing_weight', sourceField(endpoint, 'weight'));
  return derive(message, endpoint.source);
}

/** Where an endpoint has a setting from: the key of its WorkloadEntry or inline entry, else what makes it known. */
export function sourceField({ source }: Endpoint, key: string): Source {
  const spec = 'spec' in source && isObject(source.spec) ? source.spec : source;
  return key in spec ? [spec, key] : source;
}

/** Envoy's `Address`: a socket, or the path of a unix domain socket (istiod's `BuildAddress`). */
export function address(pipe: string | undefined, host: string, port: number): Message {
  if (pipe !== undefined || port === 0) return { pipe: { path: (pipe ?? host).replace(/^unix:\/\//, '') } };
  return { socket_address: { address: host, port_value: port } };
}

/** `workload;namespace;canonical name;canonical revision;cluster`, which telemetry reads. */
function workloadText({ registry, service }: EndpointQuery, endpoint: Endpoint): string {
  let { labels, namespace } = endpoint;
  if (
    service.meshExternal &&
    registry.environment.flag('LABEL_CANONICAL_SERVICES_FOR_MESH_EXTERNAL_SERVICE_ENTRIES', false)
  ) {
    namespace = service.namespace;
    const [name, revision] = [nameLabels[0] as string, revisionLabels[0] as string];
    if (service.labels[name] !== undefined)
      labels = { ...labels, [name]: service.labels[name], [revision]: service.labels[revision] ?? '' };
  }
  const lookup = (keys: string[]): string | undefined =>
    keys.map((key) => labels[key]).find((value) => value !== undefined);
  const revision = lookup(revisionLabels) ?? 'latest';
  return [
    endpoint.workloadName,
    namespace,
    lookup(nameLabels) ?? endpoint.workloadName,
    revision === 'latest' ? '' : revision,
    endpoint.clusterId,
  ].join(';');
}
