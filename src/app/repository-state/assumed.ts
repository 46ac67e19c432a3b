import { type Json, type JsonObject, objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { hostsOverlap, resolveGatewayName } from '../../registry/hostname.ts';
import { toResource } from '../../source/object.ts';
import { type Named, namedServices, virtualServices } from './named.ts';

const istio = 'networking.istio.io/v1';

/**
 * What a repository names and does not hold: Services of the cluster's domain, DestinationRules with the subsets that
 * routes name, Gateways. Another repository may hold them, so they are taken to be as they are named.
 *
 * @param resources all that the repository holds; of a change, both sides
 */
export function assumedObjects(resources: readonly Resource[]): Resource[] {
  const named = namedServices(resources);
  const unheld = named.filter(({ namespace, name, hostname }) => !isHeld(resources, namespace, name, hostname));
  return [...unheld.map(serviceOf), ...named.flatMap((it) => ruleOf(it, resources)), ...gatewaysOf(resources)];
}

function isHeld(resources: readonly Resource[], namespace: string, name: string, hostname: string): boolean {
  return resources.some(({ kind, group, metadata, spec }) =>
    kind === 'Service' && group === ''
      ? metadata.name === name && metadata.namespace === namespace
      : kind === 'ServiceEntry' && strings(spec['hosts']).includes(hostname),
  );
}

function serviceOf({ namespace, name, ports }: Named): Resource {
  const known: [number, string][] = ports.size > 0 ? [...ports] : [[80, 'http']];
  return made('v1', 'Service', namespace, name, {
    selector: { app: name },
    ports: known
      .sort(([a], [b]) => a - b)
      .map(([port, protocol]) => ({ name: `${protocol}-${port}`, port, protocol: 'TCP', targetPort: port })),
  });
}

function ruleOf({ namespace, name, hostname, subsets }: Named, resources: readonly Resource[]): Resource[] {
  const held = resources.some(({ kind, spec, metadata }) => {
    const host = spec['host'];
    if (kind !== 'DestinationRule' || typeof host !== 'string') return false;
    const full = host.includes('.') ? host : `${host}.${metadata.namespace}.svc.cluster.local`;
    return hostsOverlap(full, hostname);
  });
  if (held || subsets.size === 0) return [];
  const items = [...subsets].map((subset) => ({ name: subset, labels: { version: subset } }));
  return [made(istio, 'DestinationRule', namespace, `${name}-assumed`, { host: hostname, subsets: items })];
}

/** One for each Gateway that no side holds: of the usual ingress gateway, for every host. */
function gatewaysOf(resources: readonly Resource[]): Resource[] {
  const held = new Set(
    resources
      .filter(({ kind, group }) => kind === 'Gateway' && group === 'networking.istio.io')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
  const servers = new Map<string, Map<number, string>>();
  for (const { spec, metadata } of virtualServices(resources)) {
    for (const written of strings(spec['gateways'])) {
      const name = written === 'mesh' ? written : resolveGatewayName(written, metadata.namespace);
      if (name === 'mesh' || held.has(name) || !/^[^/]+\/[^/]+$/.test(name)) continue;
      const ports = servers.get(name) ?? new Map<number, string>();
      servers.set(name, ports);
      if (objects(spec['http']).length > 0) ports.set(80, 'HTTP');
      if (objects(spec['tls']).length > 0) ports.set(443, 'TLS');
      for (const route of objects(spec['tcp']))
        for (const match of objects(route['match'])) if (match['port']) ports.set(Number(match['port']), 'TCP');
    }
  }
  return [...servers].map(([full, ports]) => {
    const [namespace = '', name = ''] = full.split('/');
    return made(istio, 'Gateway', namespace, name, {
      selector: { istio: 'ingressgateway' },
      servers: [...ports].map(([number, protocol]) => ({
        port: { number, protocol, name: `${protocol.toLowerCase()}-${number}` },
        hosts: ['*'],
        ...(protocol === 'TLS' ? { tls: { mode: 'PASSTHROUGH' } } : {}),
      })),
    });
  });
}

function made(apiVersion: string, kind: string, namespace: string, name: string, spec: JsonObject): Resource {
  const metadata = { name, namespace, creationTimestamp: '2000-01-01T00:00:00Z' };
  return toResource({ apiVersion, kind, metadata, spec }, 'api');
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
