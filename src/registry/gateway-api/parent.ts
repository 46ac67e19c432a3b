import type { JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { hostsOverlap, isSubsetOf, isWildcard } from '../hostname.ts';
import { objects, strings } from '../objects.ts';
import { compareText } from '../order.ts';
import { type GatewayApiContext, gatewayGroup, referenceKind, referenceNamespace } from './context.ts';

/** A listener, or the mesh, that routes may attach to (istiod's parentInfo). */
export interface Parent {
  /** Name that VirtualServices refer to: `mesh` or `namespace/name`. */
  internalName: string;
  /** Kinds of routes, `group/kind`. */
  allowedKinds: readonly string[];
  /** `namespace/hostname` that a route must match one of. */
  hosts: readonly string[];
  hostname: string;
  sectionName: string;
  port: number;
  protocol: string;
}

/** A route's reference to a parent that takes it. */
export interface Attachment {
  parent: Parent;
  reference: JsonObject;
  /** `group/kind` of what the reference names. */
  kind: string;
  namespace: string;
  /** Hostnames of the Gateway's other listeners of the same port and protocol. */
  otherHostnames: readonly string[];
}

const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'].map((kind) => `${gatewayGroup}/${kind}`);

const mesh: Parent = {
  internalName: 'mesh',
  allowedKinds: routeKinds,
  hosts: [],
  hostname: '',
  sectionName: '',
  port: 0,
  protocol: '',
};

/** Listeners by the object that holds them: `group/kind/namespace/name`. */
export type ParentsByOwner = ReadonlyMap<string, readonly Parent[]>;

/**
 * Where a route is attached (extractParentReferenceInfo, filteredReferences), in the order in which istiod numbers the
 * results.
 */
export function attachments(route: Resource, parents: ParentsByOwner, context: GatewayApiContext): Attachment[] {
  const local = route.metadata.namespace;
  const kind = `${route.group}/${route.kind}`;
  const hostnames = route.kind === 'TCPRoute' ? [] : strings(route.spec['hostnames']);
  const found = objects(route.spec['parentRefs']).flatMap((reference): Attachment[] => {
    const owner = referenceKind(reference, gatewayGroup, 'Gateway');
    const namespace = referenceNamespace(reference, local);
    const service = owner === '/Service' || owner === 'networking.istio.io/ServiceEntry';
    const group = service ? [mesh] : (parents.get(`${owner}/${namespace}/${reference['name']}`) ?? []);
    return group
      .filter((parent) => accepts(parent, kind, reference, owner, namespace, hostnames, local, context))
      .map((parent) => ({ parent, reference, kind: owner, namespace, otherHostnames: hostnamesBeside(parent, group) }));
  });
  const text = ({ reference, kind: owner, namespace }: Attachment): string =>
    `${owner}/${reference['name']}/${reference['sectionName'] ?? ''}/${reference['port'] ?? 0}.${namespace}`;
  return found
    .sort((a, b) => compareText(text(a), text(b)))
    .sort((a, b) => compareText(a.parent.internalName, b.parent.internalName));
}

function hostnamesBeside(parent: Parent, group: readonly Parent[]): string[] {
  return group
    .filter((other) => other !== parent && other.port === parent.port && other.protocol === parent.protocol)
    .map((other) => other.hostname)
    .filter((hostname) => hostname !== parent.hostname);
}

/** Whether a parent takes a route (referenceAllowed). */
function accepts(
  parent: Parent,
  kind: string,
  reference: JsonObject,
  owner: string,
  namespace: string,
  hostnames: readonly string[],
  local: string,
  context: GatewayApiContext,
): boolean {
  if (!parent.allowedKinds.includes(kind)) return false;
  const name = String(reference['name']);
  if (owner === '/Service') return context.resources.get('', 'Service', namespace, name) !== undefined;
  if (parent === mesh)
    return context.resources.get('networking.istio.io', 'ServiceEntry', namespace, name) !== undefined;
  if (reference['port'] && reference['port'] !== parent.port) return false;
  if (reference['sectionName'] && reference['sectionName'] !== parent.sectionName) return false;
  const wanted = hostnames.length > 0 ? hostnames : ['*'];
  return parent.hosts.some((entry) => {
    const [owned = '', host = ''] = entry.includes('/') ? entry.split('/') : ['*', entry];
    return (owned === '*' || owned === local) && wanted.some((hostname) => hostsOverlap(host, hostname));
  });
}

/**
 * Whether a host of a route belongs to this listener, not to another one of its Gateway that names it more exactly
 * (hostnameAllowedByIsolation).
 */
export function belongsToListener({ parent, otherHostnames }: Attachment, host: string): boolean {
  const own = parent.hostname;
  if (own !== '' && !isWildcard(own)) return true;
  if (own !== '' && !hostsOverlap(host, own)) return false;
  return !otherHostnames.some((other) => own.length <= other.length && isSubsetOf(host, other));
}
