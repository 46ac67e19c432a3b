import { isObject } from '../../model/json.ts';
import { derive } from '../../model/provenance.ts';
import { isIpAddress } from '../../registry/hostname.ts';
import type { Registry, Service } from '../../registry/types.ts';

/** One address at which a network can be entered over mutual TLS (istiod's `NetworkGateway`). */
export interface NetworkGateway {
  network: string;
  /** '' where it serves all clusters of the network. */
  cluster: string;
  address: string;
  port: number;
  source: object;
}

const networkLabel = 'topology.istio.io/network';
const known = new WeakMap<Registry, NetworkGateway[]>();

/**
 * The gateways of all networks, sorted by address: those of MeshNetworks, and Services that are labelled with a network
 * or named by MeshNetworks (istiod's `NetworkManager`, kube `networkManager`).
 */
export function networkGateways(registry: Registry): NetworkGateway[] {
  let found = known.get(registry);
  if (!found) {
    const all = [
      ...declaredGateways(registry),
      ...registry.clusters.flatMap(({ clusterId, services }) =>
        services.flatMap((service) => serviceGateways(registry, service, clusterId)),
      ),
    ];
    const unique = new Map(all.map((item) => [`${item.network}|${item.cluster}|${item.address}|${item.port}`, item]));
    found = [...unique.values()].sort((a, b) =>
      a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port,
    );
    known.set(registry, found);
  }
  return found;
}

/** The factor by which weights grow, so that they divide among any network's gateways without rest. */
export function weightScale(gateways: readonly NetworkGateway[]): number {
  const counts = [
    ...Map.groupBy(gateways, (item) => item.network).values(),
    ...Map.groupBy(gateways, (item) => `${item.network}|${item.cluster}`).values(),
  ].map((group) => group.length);
  return counts.reduce((scale, count) => (scale * count) / greatestDivisor(scale, count), 1);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Whether istiod must ask DNS for the gateway's address. */
export function needsDns(gateway: NetworkGateway): boolean {
  return !isIpAddress(gateway.address);
}

interface Declared {
  network: string;
  gateway: Record<string, unknown>;
  /** Clusters whose endpoints are in the network. */
  registries: unknown[];
}

function* declarations({ meshNetworks }: Registry): Generator<Declared> {
  const networks = meshNetworks?.['networks'];
  if (!isObject(networks)) return;
  for (const [network, config] of Object.entries(networks)) {
    if (!isObject(config)) continue;
    const list = (key: string): Record<string, unknown>[] => objectsOf(config[key]);
    const registries = list('endpoints').map((endpoint) => endpoint['fromRegistry']);
    for (const gateway of list('gateways')) yield { network, gateway, registries };
  }
}

function declaredGateways(registry: Registry): NetworkGateway[] {
  return [...declarations(registry)].flatMap(({ network, gateway }) => {
    const { address, port } = gateway;
    if (typeof address !== 'string' || address === '') return [];
    return [{ network, cluster: '', address, port: Number(port), source: gateway }];
  });
}

function serviceGateways(registry: Registry, service: Service, cluster: string): NetworkGateway[] {
  const entrances = entrancesOf(registry, service, cluster);
  if (entrances.length === 0) return [];
  return externalAddresses(service).flatMap((address) =>
    entrances.map((entrance) => ({ ...entrance, cluster, address, source: service.resource })),
  );
}

function entrancesOf(registry: Registry, service: Service, cluster: string): { network: string; port: number }[] {
  const network = service.labels[networkLabel];
  if (network) {
    const declared = Number(service.labels['networking.istio.io/gatewayPort'] ?? 15443);
    const port = Number.isInteger(declared) ? declared : 15443;
    return service.ports.some((item) => item.port === port) ? [{ network, port }] : [];
  }
  return [...declarations(registry)]
    .filter((item) => item.registries.includes(cluster) && item.gateway['registryServiceName'] === service.hostname)
    .map((item) => ({ network: item.network, port: Number(item.gateway['port']) }));
}

/** Addresses of a Service that other networks can reach: those of its load balancer, and its `externalIPs`. */
function externalAddresses({ type, resource }: Service): string[] {
  const { status } = resource.object;
  const balancer = isObject(status) ? status['loadBalancer'] : undefined;
  const ingress = type === 'LoadBalancer' && isObject(balancer) ? objectsOf(balancer['ingress']) : [];
  const { externalIPs } = resource.spec;
  return [
    ...ingress.map((item) => String(item['ip'] || item['hostname'] || '')),
    ...(Array.isArray(externalIPs) ? externalIPs.map(String) : []),
  ].filter((address) => address !== '');
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The entry that stands for all endpoints behind a gateway. Marked with what makes the gateway known. */
export function gatewayEntry({ network, cluster, address, port, source }: NetworkGateway, weight: number) {
  const entry = {
    endpoint: { address: { socket_address: { address, port_value: port } } },
    metadata: {
      filter_metadata: { 'envoy.transport_socket_match': { tlsMode: 'istio' }, istio: { workload: `;;;;${cluster}` } },
    },
    load_balancing_weight: weight,
  };
  const labels: Record<string, string> = { [networkLabel]: network };
  if (cluster !== '') labels['topology.istio.io/cluster'] = cluster;
  return { entry: derive(entry, source), endpoint: { labels } };
}
