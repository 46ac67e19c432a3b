import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { type JsonObject, objects } from '../model/json.ts';
import { originsAt } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import type { Registry, VirtualService } from '../registry/types.ts';
import { clusterReferences } from './cluster-references.ts';
import { at, findingOf } from './finding.ts';
import { isUnknownService } from './holders.ts';
import { serversFor } from './http-at-tls-server.ts';
import { meantHolders } from './meant-holders.ts';
import { precedence } from './precedence.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { writtenVirtualServices } from './virtual-services.ts';

/**
 * `tcp` and `tls` routes that are in no listener of any proxy: the port is spoken HTTP on, or another VirtualService has
 * the address and port, or the SNI, already.
 */
export const idleTcpRoute: Rule = {
  name: 'idle-tcp-route',
  codes: [codes.idleTcpRoute],
  find(mesh) {
    // A route may be in a proxy that nobody looks at.
    if (mesh.proxies.length < mesh.registry.proxies.length) return [];
    const services = writtenVirtualServices(mesh.registry).filter(({ spec }) => spec['tcp'] ?? spec['tls']);
    if (services.length === 0) return [];
    const used = usedRules(mesh);
    return services.flatMap((service) =>
      (['tls', 'tcp'] as const).flatMap((section) =>
        objects(service.spec[section]).flatMap((rule, index) =>
          used.has(`${resourceKey(service.resource)} ${section} ${index}`) || !isMeant(mesh.registry, service, rule)
            ? []
            : [idle(mesh, service, section, index, used)],
        ),
      ),
    );
  },
};

/** The rules of VirtualServices that TCP proxies come from, with the proxies. */
function usedRules(mesh: CompiledMesh): Map<string, Set<Proxy>> {
  const used = new Map<string, Set<Proxy>>();
  for (const proxy of mesh.proxies)
    for (const { route, root, path } of clusterReferences(mesh.config(proxy))) {
      if (route) continue;
      for (const { resource, path: place } of originsAt(root, path)) {
        if (resource.kind !== 'VirtualService' || typeof place[2] !== 'number') continue;
        const key = `${resourceKey(resource)} ${String(place[1])} ${place[2]}`;
        used.set(key, (used.get(key) ?? new Set()).add(proxy));
      }
    }
  return used;
}

/** Whether some proxy would have the rule if nothing stood in its way: hosts that exist, and no source that nobody is. */
function isMeant(registry: Registry, service: VirtualService, rule: JsonObject): boolean {
  const matches = objects(rule['match']);
  const restricted = (match: JsonObject): boolean =>
    ['sourceLabels', 'sourceNamespace', 'gateways'].some((key) => match[key] !== undefined);
  if (matches.length > 0 && matches.every(restricted)) return false;
  const hosts = service.hosts.filter((host) => !isUnknownService(registry, host));
  // A headless service without pods has no listener.
  const reachable = hosts.some((host) => {
    const services = registry.serviceByHostname(host);
    return (
      services.length === 0 ||
      services.some((it) => it.ports.some((port) => it.addresses.length > 0 || registry.endpoints(it, port).length > 0))
    );
  });
  return reachable && service.gateways.some((name) => name === 'mesh' || isServed(registry, name));
}

/** Whether a gateway's pod has every server of a Gateway; that one is left out is said of the Gateway. */
function isServed(registry: Registry, name: string): boolean {
  const gateway = registry
    .resources('Gateway')
    .find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  const servers = objects(gateway?.spec['servers']);
  return registry.proxies
    .filter(({ type }) => type === 'router')
    .some((proxy) => {
      const kept = mergedGateway(proxy, registry)?.ports.flatMap((port) => port.servers.map(({ config }) => config));
      return kept !== undefined && servers.length > 0 && servers.every((server) => kept.includes(server));
    });
}

function idle(
  mesh: CompiledMesh,
  service: VirtualService,
  section: 'tls' | 'tcp',
  index: number,
  used: Map<string, Set<Proxy>>,
): Finding {
  const rival = rivalOf(mesh, service, section, used);
  const port = rival ? undefined : portOfNobody(mesh, service, objects(service.spec[section])[index] ?? {});
  if (port) return forNoPort(mesh, service, section, index, port);
  return findingOf(mesh, {
    code: codes.idleTcpRoute,
    kind: rival ? 'conflict' : 'missing-route',
    severity: rival ? 'error' : 'warning',
    at: at(service.resource, 'spec', section, index),
    proxies: meantHolders(mesh, service),
    message: rival
      ? `has a ${section} route that is in no proxy: ${resourceName(rival)} has its connections`
      : `has a ${section} route that is in no proxy: ${whyIdle(mesh.registry, service, section)}`,
    effect: rival
      ? `its connections are led as the first of both says${ageOf(rival, service.resource)}`
      : 'its connections are led as if it were not there.',
    fix: rival
      ? `put the routes into ${resourceName(rival)}, or match other ports or sniHosts.`
      : 'correct its match, or the protocol of the port.',
    related: rival ? [{ message: 'has its connections', at: at(rival, 'spec', section) }] : [],
  });
}

/** A port of a rule's only match that no server for the hosts, and no service of them, has. */
function portOfNobody(mesh: CompiledMesh, service: VirtualService, rule: JsonObject): number | undefined {
  const [match, ...others] = objects(rule['match']);
  const port = Number(match?.['port'] ?? 0);
  if (port === 0 || others.length > 0) return undefined;
  const inMesh = service.gateways.includes('mesh');
  const services = inMesh ? service.hosts.map((host) => mesh.registry.serviceByHostname(host)) : [];
  // What is no service's may be asked for on any port.
  if (services.some((found) => found.length === 0)) return undefined;
  const ports = [
    ...services.flat().flatMap((it) => it.ports.map((own) => own.port)),
    ...serversFor(mesh, service).map((server) => server.port.number),
  ];
  return ports.length === 0 || ports.includes(port) ? undefined : port;
}

function forNoPort(mesh: CompiledMesh, service: VirtualService, section: string, index: number, port: number): Finding {
  const inMesh = service.gateways.includes('mesh');
  return findingOf(mesh, {
    code: codes.idleTcpRoute,
    kind: 'missing-route',
    severity: 'error',
    at: at(service.resource, 'spec', section, index, 'match', 0, 'port'),
    proxies: meantHolders(mesh, service),
    message: `has a ${section} route for port ${port}, which ${inMesh ? 'none of its hosts has' : 'no server of its Gateways for its hosts has'}`,
    effect: `it is in no proxy: ${inMesh ? 'connections are led as if it were not there.' : 'connections are closed.'}`,
    fix: `write ${inMesh ? "one of the Service's ports" : "a port of the Gateway's servers"}, or drop the port.`,
  });
}

/** Why another VirtualService has its way. */
function ageOf(rival: Resource, own: Resource): string {
  const { isKnown, why } = precedence(rival, own);
  return isKnown ? ` (${why}).` : `. ${why}`;
}

/** Another VirtualService in use whose routes of the same kind share a host and a gateway with this one. */
function rivalOf(
  mesh: CompiledMesh,
  service: VirtualService,
  section: string,
  used: Map<string, Set<Proxy>>,
): Resource | undefined {
  return writtenVirtualServices(mesh.registry).find(
    (other) =>
      other.resource !== service.resource &&
      other.hosts.some((host) => service.hosts.includes(host)) &&
      other.gateways.some((name) => service.gateways.includes(name)) &&
      [...used.keys()].some((key) => key.startsWith(`${resourceKey(other.resource)} ${section} `)),
  )?.resource;
}

function whyIdle(registry: Registry, service: VirtualService, section: string): string {
  const services = service.hosts.flatMap((host) => registry.serviceByHostname(host));
  const http =
    services.length > 0 && services.every(({ ports }) => ports.every(({ protocol }) => /HTTP|GRPC/.test(protocol)));
  if (http) return `the ports of ${service.hosts.join(', ')} are HTTP by their name`;
  return section === 'tls' ? 'no listener passes TLS on for its hosts' : 'no TCP listener has its port';
}
