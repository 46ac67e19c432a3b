import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { type JsonObject, objects, type Path } from '../model/json.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { gatewayGroup, referenceKind, referenceNamespace } from '../registry/gateway-api/context.ts';
import type { GatewayApi } from '../registry/gateway-api/index.ts';
import { hostOfParent, judgedParents } from '../registry/gateway-api/parent.ts';
import { hostsOverlap } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import { texts } from './policy-sources.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Kinds of routes with hostnames. */
const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute'];

/**
 * Routes of the Gateway API that exist for an existing listener, which does not take them: `allowedRoutes` leaves out
 * their namespace, or none of their hostnames is one of the listener's (istiod's `referenceAllowed`). The API server takes
 * them, and only their status says so once they are applied. Listeners that are not served are told by `idle-listener`.
 */
export const routeNotTaken: Rule = {
  name: 'route-not-taken',
  codes: [codes.routeNotTaken],
  find(mesh) {
    const { registry } = mesh;
    if (!registry.gatewayApi) return [];
    const served = registry.resources('Gateway').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const known: Known = {
      ...registry.gatewayApi,
      gateways: registry.resources(`${gatewayGroup}/Gateway`),
      served: new Set(served),
    };
    const routes = routeKinds.flatMap((kind) => registry.resources(`${gatewayGroup}/${kind}`));
    return routes.flatMap((route) => ofRoute(mesh, known, route));
  },
};

interface Known extends GatewayApi {
  gateways: readonly Resource[];
  /** Names of what istiod makes of listeners (`Parent.internalName`). */
  served: ReadonlySet<string>;
}

interface Refusal {
  path: Path;
  message: string;
  fix: string;
  gateway: Resource;
}

function ofRoute(mesh: CompiledMesh, known: Known, route: Resource): Finding[] {
  const references = objects(route.spec['parentRefs']);
  const judged = references.map((reference, index) => refusalsOf(known, route, reference, index));
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
  { parents, context, gateways, served }: Known,
  route: Resource,
  reference: JsonObject,
  index: number,
): Refusal[] {
  if (referenceKind(reference, gatewayGroup, 'Gateway') !== `${gatewayGroup}/Gateway`) return [];
  const local = route.metadata.namespace;
  const namespace = referenceNamespace(reference, local);
  const gateway = gateways.find(
    ({ metadata }) => metadata.name === reference['name'] && metadata.namespace === namespace,
  );
  const asked = judgedParents(route, reference, parents, context).filter(
    ({ parent, refusal }) => refusal !== 'other' && served.has(parent.internalName),
  );
  if (!gateway || asked.length === 0) return [];
  const open = asked
    .flatMap(({ parent }) => parent.hosts.map(hostOfParent))
    .filter(([owner]) => owner === '*' || owner === local)
    .map(([, hostname]) => hostname);
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
  if (hostnames.some((host) => open.some((hostname) => hostsOverlap(hostname, host)))) return [];
  const having = [...new Set(open)].join(' and ');
  return hostnames.map((host, position) => ({
    path: ['spec', 'hostnames', position],
    message: `has host ${host}, and ${resourceName(gateway)} takes ${having} there`,
    fix: `write a name of ${having}, or add a listener for it.`,
    gateway,
  }));
}
