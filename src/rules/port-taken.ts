import { parseClusterName } from '../compile/cluster/name.ts';
import { nodeFlag } from '../compile/node-metadata.ts';
import { codes } from '../model/codes.ts';
import type { FilterChain, Listener, ProxyConfig } from '../model/envoy.ts';
import type { Finding } from '../model/finding.ts';
import { objects } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import type { Service, ServicePort } from '../registry/types.ts';
import { clusterReferences } from './cluster-references.ts';
import { at, findingOf } from './finding.ts';
import { hostPlace } from './host-place.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Taken {
  service: Service;
  port: ServicePort;
  /** The host whose cluster gets the connections; undefined where they are closed. */
  by: Service | undefined;
  proxies: Set<Proxy>;
}

/** Protocols of which a listener sees neither a host name nor an SNI. */
const addressed = ['TCP', 'Mongo', 'Redis', 'MySQL'];

/**
 * TCP ports of hosts without an address. All such hosts share one listener of the port, which leads to the oldest; the
 * others' connections go there, too. Where a proxy has addresses allotted (DNS capture) each has its own listener.
 */
export const portTaken: Rule = {
  name: 'port-taken',
  codes: [codes.portTaken],
  find(mesh) {
    const candidates = mesh.registry.services.flatMap((service) =>
      service.registry === 'External' && service.addresses.every((address) => address === '0.0.0.0')
        ? service.ports.filter(({ protocol }) => addressed.includes(protocol)).map((port) => ({ service, port }))
        : [],
    );
    if (candidates.length === 0) return [];
    const found = new Map<string, Taken>();
    for (const proxy of mesh.proxies.filter((it) => it.type === 'sidecar' && !nodeFlag(it, 'DNS_CAPTURE')))
      for (const taken of takenIn(mesh, proxy, candidates)) {
        const { service, port } = taken;
        const key = `${service.namespace}/${service.hostname}:${port.port}`;
        const known = found.get(key) ?? { ...taken, proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    return [...found.values()].map((taken) => toFinding(mesh, taken));
  },
};

function toFinding(mesh: CompiledMesh, { service, port, by, proxies }: Taken): Finding {
  const name = `${service.hostname}:${port.port}`;
  return findingOf(mesh, {
    code: codes.portTaken,
    kind: 'conflict',
    severity: 'error',
    at: by?.resource === service.resource ? hostPlace(service) : portPlace(service, port),
    proxies,
    message: by
      ? `has ${service.hostname} without an address, and ${by.hostname} has TCP port ${port.port} without one, too`
      : `has ${service.hostname} without an address, and another listener has TCP port ${port.port}`,
    effect: by ? `connections to ${name} are led to ${by.hostname}.` : `connections to ${name} are closed.`,
    fix: 'write addresses, use another port, or turn on DNS capture (ISTIO_META_DNS_CAPTURE), with which hosts get addresses.',
    related: by ? [{ message: `${resourceName(by.resource)} has the port`, at: at(by.resource, 'spec') }] : [],
  });
}

/** The number of the port in the ServiceEntry; its host where the port is not written there. */
function portPlace(service: Service, { port }: ServicePort): Origin {
  const index = objects(service.resource.spec['ports']).findIndex(({ number }) => Number(number) === port);
  return index < 0 ? hostPlace(service) : at(service.resource, 'spec', 'ports', index, 'number');
}

function takenIn(
  { registry, config }: CompiledMesh,
  proxy: Proxy,
  candidates: { service: Service; port: ServicePort }[],
): Omit<Taken, 'proxies'>[] {
  const scope = registry.sidecarScope(proxy);
  const seen = candidates.filter(({ service }) => scope.serviceByHostname.get(service.hostname) === service);
  if (seen.length === 0) return [];
  const compiled = config(proxy);
  const led = new Set(
    clusterReferences(compiled).flatMap(({ cluster }) => {
      const name = parseClusterName(cluster);
      return name ? [`${name.hostname}:${name.port}`] : [];
    }),
  );
  return seen.flatMap(({ service, port }): Omit<Taken, 'proxies'>[] => {
    if (led.has(`${service.hostname}:${port.port}`) || isRouted(scope.egressListeners, service.hostname)) return [];
    const cluster = wholeCluster(compiled, port.port);
    if (cluster === 'BlackHoleCluster') return [{ service, port, by: undefined }];
    const name = cluster === undefined ? undefined : parseClusterName(cluster);
    const by = name && scope.serviceByHostname.get(name.hostname);
    // Connections of the other one go where the client sent them, so it takes nothing away.
    return by && by.resolution !== 'Passthrough' ? [{ service, port, by }] : [];
  });
}

/** Whether a VirtualService leads the host's connections. */
function isRouted(listeners: readonly { virtualServices: { hosts: string[] }[] }[], hostname: string): boolean {
  return listeners.some(({ virtualServices }) => virtualServices.some(({ hosts }) => hosts.includes(hostname)));
}

/** The cluster that everything on a port without an address is led to. */
function wholeCluster({ listeners }: ProxyConfig, port: number): string | undefined {
  const listener = listeners.find(({ name }) => name === `0.0.0.0_${port}`);
  const chain = listener && wholeChain(listener);
  const filter = (chain?.filters ?? []).find(({ name }) => name === 'envoy.filters.network.tcp_proxy');
  const cluster = filter?.['typed_config']?.cluster;
  return typeof cluster === 'string' ? cluster : undefined;
}

function wholeChain(listener: Listener): FilterChain | undefined {
  const chain = listener['default_filter_chain'] as FilterChain | undefined;
  const chains = listener.filter_chains ?? [];
  return chain ?? (chains.length === 1 ? chains[0] : undefined);
}
