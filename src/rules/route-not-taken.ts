import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { type JsonObject, objects, type Path } from '../model/json.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { hostsOverlap } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import { texts } from './policy-sources.ts';
import type { CompiledMesh, Rule } from './types.ts';

const group = 'gateway.networking.k8s.io';
const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute'];

/**
 * Routes of the Gateway API that exist for an existing listener, which does not take them: `allowedRoutes` leaves out
 * their namespace, or none of their hostnames is one of the listener's (istiod's `referenceAllowed`). The API server takes
 * them, and only their status says so once they are applied.
 */
export const routeNotTaken: Rule = {
  name: 'route-not-taken',
  codes: [codes.routeNotTaken],
  find(mesh) {
    const listeners = listenersByGateway(mesh);
    return routeKinds.flatMap((kind) =>
      mesh.registry.resources(`${group}/${kind}`).flatMap((route) => ofRoute(mesh, route, listeners)),
    );
  },
};

/** A listener, as istiod makes a Gateway of its own of it. */
interface Listener {
  section: string;
  port: unknown;
  gateway: Resource;
  /** `namespace/hostname`, `*` for any. */
  hosts: { namespace: string; hostname: string }[];
}

/** The listeners of each Gateway that istiod serves, by `namespace/name`. */
function listenersByGateway({ registry }: CompiledMesh): Map<string, Listener[]> {
  const found = new Map<string, Listener[]>();
  const written = registry.resources(`${group}/Gateway`);
  for (const { metadata, spec } of registry.resources('Gateway')) {
    const [, name, section] =
      /^Gateway\/([^/]+)\/([^.]+)/.exec(metadata.annotations['internal.istio.io/parents'] ?? '') ?? [];
    const gateway = written.find((it) => it.metadata.name === name && it.metadata.namespace === metadata.namespace);
    if (!gateway || section === undefined) continue;
    const key = `${metadata.namespace}/${name}`;
    const hosts = objects(spec['servers']).flatMap((server) =>
      texts(server['hosts']).map((host) => {
        const [namespace = '*', hostname = '*'] = host.includes('/') ? host.split('/') : ['*', host];
        return { namespace, hostname };
      }),
    );
    const port = objects(gateway.spec['listeners']).find((it) => it['name'] === section)?.['port'];
    found.set(key, [...(found.get(key) ?? []), { section, port, gateway, hosts }]);
  }
  return found;
}

interface Refusal {
  path: Path;
  message: string;
  fix: string;
  gateway: Resource;
}

function ofRoute(mesh: CompiledMesh, route: Resource, listeners: Map<string, Listener[]>): Finding[] {
  const references = objects(route.spec['parentRefs']);
  const judged = references.map((reference, index) => refusalsOf(route, reference, index, listeners));
  const nowhere = judged.every((refusals) => refusals.length > 0);
  const found = new Map(judged.flat().map((refusal) => [JSON.stringify(refusal.path), refusal]));
  return [...found.values()].map(({ path, message, fix, gateway }) =>
    findingOf(mesh, {
      code: codes.routeNotTaken,
      kind: 'unresolved',
      severity: nowhere ? 'error' : 'warning',
      at: at(route, ...path),
      proxies: [],
      message,
      effect: nowhere
        ? 'the route is in no proxy: its requests get 404 NR at the gateway.'
        : 'the route is not served there; its other parents have it.',
      fix,
      related: [{ message: 'has the listeners', at: at(gateway, 'spec', 'listeners') }],
    }),
  );
}

/** Why no listener of a reference takes the route; nothing where one does, or where it is not known. */
function refusalsOf(
  route: Resource,
  reference: JsonObject,
  index: number,
  listeners: Map<string, Listener[]>,
): Refusal[] {
  if ((reference['group'] ?? group) !== group || (reference['kind'] ?? 'Gateway') !== 'Gateway') return [];
  const { namespace: local } = route.metadata;
  const asked = (listeners.get(`${reference['namespace'] ?? local}/${reference['name']}`) ?? []).filter(
    ({ section, port }) =>
      (reference['sectionName'] === undefined || reference['sectionName'] === section) &&
      (reference['port'] === undefined || reference['port'] === port),
  );
  const gateway = asked[0]?.gateway;
  if (!gateway) return [];
  const open = asked.flatMap(({ hosts }) => hosts).filter(({ namespace }) => namespace === '*' || namespace === local);
  if (open.length === 0)
    return [
      {
        path: ['spec', 'parentRefs', index],
        message: `is attached to ${resourceName(gateway)}, whose allowedRoutes leave out namespace ${local}`,
        fix: `let the listener take routes of namespace ${local}, or move the route.`,
        gateway,
      },
    ];
  const hostnames = texts(route.spec['hostnames']);
  if (hostnames.some((host) => open.some(({ hostname }) => hostsOverlap(hostname, host)))) return [];
  const having = [...new Set(open.map(({ hostname }) => hostname))].join(' and ');
  return hostnames.map((host, position) => ({
    path: ['spec', 'hostnames', position],
    message: `has host ${host}, and ${resourceName(gateway)} takes ${having} there`,
    fix: `write a name of ${having}, or add a listener for it.`,
    gateway,
  }));
}
