import { parseClusterName } from '../compile/cluster/name.ts';
import { codes } from '../model/codes.ts';
import type { Message, VirtualHost } from '../model/envoy.ts';
import type { Finding } from '../model/finding.ts';
import { valueAt } from '../model/json.ts';
import { type Origin, originsAt } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type ClusterReference, clusterReferences } from './cluster-references.ts';
import { findingOf, placeKey } from './finding.ts';
import { domainsOf, idleHosts, isNobodys } from './holders.ts';
import { neverMatches } from './language/never.ts';
import { shadowedRoutes } from './language/shadow.ts';
import { requestsOf } from './request-words.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { type Missing, whyMissing } from './why-missing.ts';

interface Unresolved {
  destination: Origin;
  missing: Missing;
  cluster: string;
  reference: ClusterReference;
  proxies: Set<Proxy>;
  /** Whether requests can reach the route that names it. */
  reached: boolean;
  /** Whether somebody who has the route may call the host that it is for. */
  meant: boolean;
}

/**
 * Destinations of routes that lead to no cluster: what the proxy then answers is 503 (500 for routes of the Gateway API)
 * with the flag NC; for TCP, it closes the connection. Judged by the compiled config of each proxy, so a route that is in no proxy is silent here.
 */
export const unresolvedDestination: Rule = {
  name: 'unresolved-destination',
  codes: [
    codes.unknownHost,
    codes.unknownPort,
    codes.portMissing,
    codes.unknownSubset,
    codes.hiddenHost,
    codes.hiddenSubset,
  ],
  find(mesh) {
    const found = new Map<string, Unresolved>();
    for (const proxy of mesh.proxies) {
      const config = mesh.config(proxy);
      const clusters = new Set(config.clusters.map(({ name }) => name));
      const idle = idleHosts(mesh, proxy);
      for (const reference of clusterReferences(config)) {
        const { cluster } = reference;
        const dead = clusters.has(cluster) || (reference.virtualHost && idle.has(reference.virtualHost));
        const name = dead ? undefined : parseClusterName(cluster);
        const destination = name && destinationOf(reference);
        const missing = name && destination && whyMissing(mesh.registry, proxy, name, destination);
        if (!missing) continue;
        const key = `${placeKey(destination)} ${missing.code}`;
        const known = found.get(key) ?? {
          destination,
          missing,
          cluster,
          reference,
          proxies: new Set(),
          reached: false,
          meant: false,
        };
        found.set(key, known);
        known.reached ||= isReached(reference);
        if (reference.virtualHost && isHiddenFrom(mesh, proxy, reference.virtualHost)) continue;
        known.meant = true;
        // A name that no client can resolve hurts nobody yet.
        if (!reference.virtualHost || !isNobodys(mesh, reference.virtualHost)) known.proxies.add(proxy);
      }
    }
    return [...found.values()].map((it) => toFinding(mesh, it, worksElsewhere(mesh, it)));
  },
};

/**
 * Whether a virtual host is for Services that its proxy does not see: a VirtualService is seen by all unless told
 * otherwise, and those whom `exportTo` of the Service keeps away are not meant to call it. Hosts of ServiceEntries exist
 * without the mesh, too, so that a route for them does harm.
 */
function isHiddenFrom({ registry }: CompiledMesh, proxy: Proxy, virtualHost: VirtualHost): boolean {
  const { serviceByHostname } = registry.sidecarScope(proxy);
  const services = domainsOf(virtualHost).flatMap((domain) => registry.serviceByHostname(domain));
  return (
    proxy.type === 'sidecar' &&
    services.length > 0 &&
    services.every((it) => it.registry === 'Kubernetes' && !serviceByHostname.has(it.hostname))
  );
}

/** Whether requests meet the route that names a cluster, and no earlier one of the virtual host takes them all. */
function isReached({ route, virtualHost }: ClusterReference): boolean {
  const routes = virtualHost?.routes ?? [];
  if (route && neverMatches(route.match)) return false;
  return !route || !shadowedRoutes(routes).has(routes.indexOf(route));
}

/**
 * Whether a destination without a port finds its cluster on another port of the same host. Then it is right for the port
 * that its author thought of.
 */
function worksElsewhere(mesh: CompiledMesh, { destination, missing, proxies }: Unresolved): boolean {
  const [proxy] = proxies;
  if (missing.code !== codes.portMissing || !proxy) return false;
  const config = mesh.config(proxy);
  const clusters = new Set(config.clusters.map(({ name }) => name));
  const idle = idleHosts(mesh, proxy);
  return clusterReferences(config).some((reference) => {
    if (!clusters.has(reference.cluster) || (reference.virtualHost && idle.has(reference.virtualHost))) return false;
    const other = destinationOf(reference);
    return other !== undefined && placeKey(other) === placeKey(destination);
  });
}

/** The place of the `destination` that named the cluster; of another API's route that of its reference. */
function destinationOf({ root, path }: ClusterReference): Origin | undefined {
  const origin = originsAt(root, path).find(({ resource }) => resource.kind.endsWith('Route') || isVirtual(resource));
  if (!origin || !isVirtual(origin.resource)) return origin;
  return ['subset', 'host', 'port'].includes(String(origin.path.at(-1)))
    ? { ...origin, path: origin.path.slice(0, -1) }
    : undefined;
}

/** The Gateway API calls a reference's host its name; its port stands beside it. */
function backendPath({ path }: Origin, { code, field }: Missing): Origin['path'] {
  if (path.at(-1) !== 'host') return path;
  return [...path.slice(0, -1), ...(code === codes.unknownPort ? field : ['name'])];
}

/** What Envoy answers where a route's cluster is not there: 503 unless the route says otherwise, as those of the Gateway API. */
function statusOf({ route }: ClusterReference): number {
  const code = (route?.['route'] as Message | undefined)?.['cluster_not_found_response_code'];
  return code === 'INTERNAL_SERVER_ERROR' ? 500 : code === 'NOT_FOUND' ? 404 : 503;
}

function isVirtual(resource: Origin['resource']): boolean {
  return resource.kind === 'VirtualService';
}

function toFinding(
  mesh: CompiledMesh,
  { destination, missing, cluster, reference, proxies, reached, meant }: Unresolved,
  worksOnAnotherPort: boolean,
): Finding {
  const requests = reference.route ? `requests for ${requestsOf(reference.route)}` : 'connections';
  const failing = reference.route ? `get ${statusOf(reference)} NC` : 'are closed';
  const field = valueAt(destination.resource.object, destination.path) === undefined ? [] : missing.field;
  return findingOf(mesh, {
    code: missing.code,
    kind: 'unresolved',
    severity:
      worksOnAnotherPort || missing.unsure || !reached || !meant ? 'info' : reference.mirror ? 'warning' : 'error',
    at: {
      ...destination,
      path: isVirtual(destination.resource) ? [...destination.path, ...field] : backendPath(destination, missing),
    },
    ...(missing.beside ? { edit: { ...destination, path: [...destination.path, ...missing.beside] } } : {}),
    proxies,
    message: missing.message,
    effect: !reached
      ? `none: no ${requests} come to this route.`
      : !meant
        ? 'none for those who see the host: it is hidden from the proxies without the cluster, too.'
        : reference.mirror
          ? `no copy is sent for ${requests}: there is no cluster ${cluster}.`
          : `${requests} ${failing}: there is no cluster ${cluster}.`,
    fix: missing.fix,
    related: missing.related,
  });
}
