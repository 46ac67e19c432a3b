import { isObject, type Json, type JsonObject, objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { resolveShortName } from '../../registry/hostname.ts';

/** A Service of the cluster that configuration names, with what is said of it. */
export interface Named {
  namespace: string;
  name: string;
  hostname: string;
  /** Port numbers with the protocol of the routes that name them. */
  ports: Map<number, string>;
  subsets: Set<string>;
}

/** The Services of the cluster's domain that routes and DestinationRules name. */
export function namedServices(resources: readonly Resource[]): Named[] {
  const found = new Map<string, Named>();
  const meet = (host: unknown, namespace: string, port?: unknown, protocol = 'http', subset?: unknown): void => {
    const hostname = typeof host === 'string' ? resolveShortName(host, namespace, 'cluster.local') : '';
    const [, name, owner] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local$/.exec(hostname) ?? [];
    if (name === undefined || owner === undefined) return;
    const known = found.get(hostname) ?? { namespace: owner, name, hostname, ports: new Map(), subsets: new Set() };
    found.set(hostname, known);
    if (Number.isInteger(Number(port)) && Number(port) > 0) known.ports.set(Number(port), protocol);
    if (typeof subset === 'string' && subset !== '') known.subsets.add(subset);
  };
  for (const { kind, spec, metadata } of resources) {
    const { namespace } = metadata;
    if (kind === 'DestinationRule') {
      meet(spec['host'], namespace);
      for (const port of portsOf(spec)) meet(spec['host'], namespace, port);
    }
    if (!kind.endsWith('Route')) continue;
    for (const rule of objects(spec['rules']))
      for (const { name, port, kind: target, namespace: other } of objects(rule['backendRefs']))
        if (target === undefined || target === 'Service')
          meet(
            name,
            typeof other === 'string' ? other : namespace,
            port,
            kind === 'GRPCRoute' ? 'grpc' : protocolOf(kind),
          );
  }
  for (const { spec, metadata } of virtualServices(resources)) {
    const { namespace } = metadata;
    const gateways = spec['gateways'];
    if (!Array.isArray(gateways) || gateways.length === 0 || gateways.includes('mesh'))
      for (const host of Array.isArray(spec['hosts']) ? spec['hosts'] : []) meet(host, namespace);
    for (const [part, protocol] of [
      ['http', 'http'],
      ['tls', 'tls'],
      ['tcp', 'tcp'],
    ] as const)
      for (const route of objects(spec[part]))
        for (const destination of destinationsOf(route)) {
          const port = isObject(destination['port']) ? destination['port']['number'] : undefined;
          meet(destination['host'], namespace, port, protocol, destination['subset']);
        }
  }
  return [...found.values()];
}

export function virtualServices(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ kind, group }) => kind === 'VirtualService' && group === 'networking.istio.io');
}

function destinationsOf(route: JsonObject): JsonObject[] {
  const routed = [...objects(route['route']), ...objects(route['mirrors'])].map((it) => it['destination']);
  return [...routed, route['mirror']].filter(isObject) as JsonObject[];
}

/** The ports of a DestinationRule that have settings of their own. */
function portsOf(spec: JsonObject): Json[] {
  return [spec, ...objects(spec['subsets'])].flatMap(({ trafficPolicy: policy }) =>
    isObject(policy)
      ? objects(policy['portLevelSettings']).flatMap(({ port }) => (isObject(port) ? [port['number'] ?? 0] : []))
      : [],
  );
}

function protocolOf(kind: string): string {
  return kind === 'TCPRoute' ? 'tcp' : kind === 'TLSRoute' ? 'tls' : 'http';
}
