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

/** Kinds of routes, `group/kind`. */
export const routeKinds: readonly string[] = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'].map(
  (kind) => `${gatewayGroup}/${kind}`,
);

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
  const found = objects(route.spec['parentRefs']).flatMap((reference): Attachment[] => {
    const owner = referenceKind(reference, gatewayGroup, 'Gateway');
    const namespace = referenceNamespace(reference, local);
    const group = parentsNamed(reference, owner, namespace, parents);
    return judgedParents(route, reference, parents, context)
      .filter(({ refusal }) => refusal === undefined)
      .map(({ parent }) => ({
        parent,
        reference,
        kind: owner,
        namespace,
        otherHostnames: hostnamesBeside(parent, group),
      }));
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

/** Why a parent does not take a route: it is not there, or has another name or port; its namespaces, hostnames, kinds. */
export type ParentRefusal = 'absent' | 'other' | 'namespace' | 'hostname' | 'kind';

/** The listeners of what a reference names, each with the reason why it does not take the route, where it does not. */
export function judgedParents(
  route: Resource,
  reference: JsonObject,
  parents: ParentsByOwner,
  context: GatewayApiContext,
): { parent: Parent; refusal: ParentRefusal | undefined }[] {
  const local = route.metadata.namespace;
  const hostnames = route.kind === 'TCPRoute' ? [] : strings(route.spec['hostnames']);
  const owner = referenceKind(reference, gatewayGroup, 'Gateway');
  const namespace = referenceNamespace(reference, local);
  return parentsNamed(reference, owner, namespace, parents).map((parent) => {
    const refusal = refusalOf(parent, reference, owner, namespace, hostnames, local, context);
    const taken = parent.allowedKinds.includes(`${route.group}/${route.kind}`);
    return { parent, refusal: refusal ?? (taken ? undefined : 'kind') };
  });
}

function parentsNamed(reference: JsonObject, owner: string, namespace: string, parents: ParentsByOwner) {
  const service = owner === '/Service' || owner === 'networking.istio.io/ServiceEntry';
  return service ? [mesh] : (parents.get(`${owner}/${namespace}/${reference['name']}`) ?? []);
}

/** One of a parent's `hosts`: the namespace whose routes may have it, `*` for all, and the hostname. */
export function hostOfParent(entry: string): [namespace: string, hostname: string] {
  const [namespace = '*', hostname = '*'] = entry.includes('/') ? entry.split('/') : ['*', entry];
  return [namespace, hostname];
}

/** Why a parent does not take a route, apart from its kind (referenceAllowed). */
function refusalOf(
  parent: Parent,
  reference: JsonObject,
  owner: string,
  namespace: string,
  hostnames: readonly string[],
  local: string,
  context: GatewayApiContext,
): ParentRefusal | undefined {
  const name = String(reference['name']);
  if (parent === mesh) {
    const [group, kind] = owner === '/Service' ? ['', 'Service'] : ['networking.istio.io', 'ServiceEntry'];
    return context.resources.get(group, kind, namespace, name) ? undefined : 'absent';
  }
  if (reference['port'] && reference['port'] !== parent.port) return 'other';
  if (reference['sectionName'] && reference['sectionName'] !== parent.sectionName) return 'other';
  const wanted = hostnames.length > 0 ? hostnames : ['*'];
  const matching = parent.hosts
    .map(hostOfParent)
    .filter(([, host]) => wanted.some((hostname) => hostsOverlap(host, hostname)));
  if (matching.length === 0) return 'hostname';
  return matching.some(([owned]) => owned === '*' || owned === local) ? undefined : 'namespace';
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
