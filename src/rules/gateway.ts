import { listenerPorts, type SelectedGateway, selectedGateways } from '../compile/gateway/selection.ts';
import { gatewayServer } from '../compile/gateway/server.ts';
import { sharedHosts } from '../compile/route/gateway/bound-routes.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import { runsElsewhere } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';

/**
 * Gateways that no pod serves, servers without routes, and ports that no Service opens. Those that istiod makes of the
 * Gateway API are reported in their status.
 */
export const gateway: Rule = {
  name: 'gateway',
  codes: [codes.gatewayForNobody, codes.serverWithoutRoutes, codes.gatewayPortClosed],
  find(mesh) {
    // Once for each pod, not for each pair of Gateway and pod.
    const routers = mesh.registry.proxies
      .filter(({ type }) => type === 'router')
      .map((proxy) => ({ proxy, selections: selectedGateways(proxy, mesh.registry) }));
    return mesh.registry
      .resources('Gateway')
      .filter(({ metadata }) => metadata.annotations['internal.istio.io/gateway-service'] === undefined)
      .filter(({ metadata }) => metadata.annotations['internal.istio.io/parents'] === undefined)
      .flatMap((resource) => {
        const serving = routers.flatMap(({ proxy, selections }) => {
          const selected = selections.find((it) => it.gateway === resource);
          return selected ? [{ proxy, selected }] : [];
        });
        if (serving.length === 0) return forNobody(mesh, resource);
        const proxies = serving.map(({ proxy }) => proxy).filter((proxy) => mesh.proxies.includes(proxy));
        if (proxies.length === 0) return [];
        return objects(resource.spec['servers']).flatMap((server, index) => [
          ...withoutRoutes(mesh, resource, server, index, proxies),
          ...closedPort(mesh, resource, server, index, serving),
        ]);
      });
  },
};

function forNobody(mesh: CompiledMesh, resource: Resource): Finding[] {
  const selector = resource.spec['selector'];
  const labels = isObject(selector) ? (selector as Record<string, string>) : {};
  if (runsElsewhere(mesh.registry, labels)) return [];
  const { namespace, name } = resource.metadata;
  const bound = mesh.registry
    .resources('VirtualService')
    .filter(({ spec, metadata }) => gatewaysOf(spec, metadata.namespace).includes(`${namespace}/${name}`));
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const sidecars = mesh.registry.proxies.some((it) => it.type === 'sidecar' && matches(labels, it));
  const lost = bound.filter(({ metadata }) => holdersOf(mesh, metadata).size === 0);
  const [first] = lost;
  const other = unseen(mesh.registry, 'has some');
  return [
    findingOf(mesh, {
      code: codes.gatewayForNobody,
      kind: 'unresolved',
      severity: first && !other.unsure ? 'error' : 'info',
      at: at(resource, 'spec', 'selector'),
      proxies: [],
      message: `selects ${words.join(', ')}, which no gateway's pod has${sidecars ? ' (pods with a sidecar do, and they open no ports for Gateways)' : ''}${other.words}`,
      effect: first
        ? `no proxy opens its ports; ${lost.length === 1 ? `${resourceName(first)} is` : `${lost.length} VirtualServices are`} in no proxy.`
        : 'no proxy opens its ports.',
      fix: "write the labels of the gateway's pods.",
      related: bound.slice(0, 3).map((it) => ({ message: 'is bound to it', at: at(it, 'spec', 'gateways') })),
    }),
  ];
}

function gatewaysOf(spec: JsonObject, namespace: string): string[] {
  const names = Array.isArray(spec['gateways']) ? spec['gateways'].map(String) : [];
  return names.map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
}

function matches(labels: Record<string, string>, proxy: Proxy): boolean {
  return Object.entries(labels).every(([key, value]) => proxy.labels[key] === value);
}

/** A server of HTTP answers 404 where no VirtualService shares a host with it; one that passes TLS on opens nothing. */
function withoutRoutes(
  mesh: CompiledMesh,
  resource: Resource,
  config: JsonObject,
  index: number,
  proxies: Proxy[],
): Finding[] {
  const base = gatewayServer(resource, config);
  if (!base || base.tls?.['httpsRedirect'] === true) return [];
  const server = { ...base, listenerPort: base.port.number, routeName: '' };
  // AUTO_PASSTHROUGH leads to the mesh's services by SNI and needs no routes.
  if (base.tls?.['mode'] === 'AUTO_PASSTHROUGH') return [];
  const served = proxies.some((proxy) =>
    mesh.registry
      .virtualServicesForGateway(proxy.namespace, server.gatewayName)
      .some((service) => sharedHosts(server, service).length > 0),
  );
  if (served) return [];
  return [
    findingOf(mesh, {
      code: codes.serverWithoutRoutes,
      kind: 'missing-route',
      severity: 'info',
      at: at(resource, 'spec', 'servers', index, 'hosts'),
      proxies,
      message: `has a server on port ${base.port.number} for ${base.hosts.join(', ')}, and no VirtualService bound to the Gateway has one of these hosts`,
      effect:
        base.protocol.startsWith('HTTP') || base.protocol === 'GRPC'
          ? 'every request there gets 404.'
          : 'no connection is led anywhere.',
      fix: 'bind a VirtualService with one of the hosts to the Gateway, or remove the server.',
    }),
  ];
}

/** A port of the proxy to which no port of its Services leads, though it has Services. */
function closedPort(
  mesh: CompiledMesh,
  resource: Resource,
  config: JsonObject,
  index: number,
  serving: { proxy: Proxy; selected: SelectedGateway }[],
): Finding[] {
  const number = isObject(config['port']) ? Number(config['port']['number']) : 0;
  const closed = serving.every(({ proxy, selected }) => {
    const targets = mesh.registry.serviceTargets(proxy);
    const opened = new Set(targets.map(({ targetPort }) => targetPort));
    const host = isObject(proxy.pod.spec) && proxy.pod.spec['hostNetwork'] === true;
    if (targets.length === 0 || host) return false;
    return listenerPorts(number, selected).every((port) => !opened.has(port) && !hasHostPort(proxy, port));
  });
  if (!closed || number === 0) return [];
  const [first] = serving;
  const services = first ? mesh.registry.serviceTargets(first.proxy) : [];
  const names = [...new Set(services.map(({ service }) => resourceName(service.resource)))];
  const ports = [...new Set(services.map(({ port }) => port.port))];
  return [
    findingOf(mesh, {
      code: codes.gatewayPortClosed,
      kind: 'unresolved',
      severity: 'info',
      at: at(resource, 'spec', 'servers', index, 'port', 'number'),
      proxies: serving.map(({ proxy }) => proxy).filter((proxy) => mesh.proxies.includes(proxy)),
      message: `has port ${number}, to which no port of ${names.join(', ')} leads (${ports.join(', ')})`,
      effect: 'the port can be reached at the address of the pod only.',
      fix: `add the port to ${names[0]}, or write one of its ports.`,
    }),
  ];
}

function hasHostPort({ pod }: Proxy, port: number): boolean {
  return objects(pod.spec['containers'])
    .flatMap((container) => objects(container['ports']))
    .some((it) => it['containerPort'] === port && it['hostPort'] !== undefined);
}
