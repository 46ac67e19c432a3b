import type { ClusterName } from '../compile/cluster/name.ts';
import { codes } from '../model/codes.ts';
import { isObject, objects, type Path, valueAt } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { hostsOverlap, resolveShortName } from '../registry/hostname.ts';
import type { Registry, Service } from '../registry/types.ts';
import { isAssumed } from './assumed.ts';
import { at } from './finding.ts';

/** Why a destination has no cluster in a proxy. */
export interface Missing {
  code: string;
  /** The key at fault below the destination. */
  field: Path;
  /** Below the destination, where the key is missing: the one to write it beside. */
  beside?: Path;
  message: string;
  /** It may be there all the same, in a cluster that was not read. */
  unsure?: boolean;
  fix: string;
  related?: { message: string; at: Origin }[];
}

/** Finds the reason, seen from the proxy; undefined where none of the known ones holds. */
export function whyMissing(
  registry: Registry,
  proxy: Proxy,
  name: ClusterName,
  destination: Origin,
): Missing | undefined {
  const scope = registry.sidecarScope(proxy);
  const service = scope.serviceByHostname.get(name.hostname);
  if (!service) return noService(registry, proxy, name);
  if (!service.ports.some(({ port }) => port === name.port))
    return isGuessed(registry, service, destination) ? undefined : noPort(service, name, destination);
  if (name.subset === '') return undefined;
  const spec = scope.destinationRule(service)?.spec;
  if (objects(spec?.['subsets']).some((subset) => subset['name'] === name.subset)) return undefined;
  return noSubset(registry, proxy, service, name);
}

function noService(registry: Registry, proxy: Proxy, { hostname }: ClusterName): Missing {
  const [hidden] = registry.serviceByHostname(hostname);
  if (!hidden) {
    const near = registry.services.filter(({ name }) => name === hostname.split('.')[0]).map((it) => it.hostname);
    const hint = near.length > 0 && near.length < 4 ? `write ${near.join(' or ')}` : 'correct the host';
    const unsure = registry.unseenClusters.length > 0 && hostname.endsWith(`.svc.${registry.domainSuffix}`);
    const unless = unsure ? `, unless cluster ${registry.unseenClusters.join(' or ')} has it, which was not read` : '';
    return {
      code: codes.unknownHost,
      field: ['host'],
      message: `sends to ${hostname}, which no Service and no ServiceEntry has${unless}`,
      unsure,
      fix: `${hint}, create the Service, or remove the route.`,
    };
  }
  const { sidecar } = registry.sidecarScope(proxy);
  const exported = hidden.exportTo.has('*') || hidden.exportTo.has(proxy.namespace);
  const by = exported && sidecar ? resourceName(sidecar) : `exportTo of ${resourceName(hidden.resource)}`;
  return {
    code: codes.hiddenHost,
    field: ['host'],
    message: `sends to ${hostname}, which ${by} hides from namespace ${proxy.namespace}`,
    fix: exported && sidecar ? `add ${hidden.namespace}/${hostname} to the Sidecar's egress hosts.` : 'widen exportTo.',
    related: [{ message: `hidden by ${by}`, at: at(exported && sidecar ? sidecar : hidden.resource, 'spec') }],
  };
}

/**
 * Whether the ports of the service are a guess; or, for a destination without a port, those of the VirtualService's hosts,
 * whose listener's port is taken then.
 */
function isGuessed(registry: Registry, service: Service, { resource }: Origin): boolean {
  const hosts = Array.isArray(resource.spec['hosts']) ? resource.spec['hosts'].map(String) : [];
  const named = hosts.flatMap((host) =>
    registry.serviceByHostname(resolveShortName(host, resource.metadata.namespace, registry.domainSuffix)),
  );
  return [service, ...named].some((it) => isAssumed(registry, it));
}

function noPort(service: Service, { hostname, port }: ClusterName, destination: Origin): Missing {
  const ports = service.ports.map((it) => it.port).join(' and ');
  const { resource, path } = destination;
  // A reference of the Gateway API has its port beside its name.
  const ofBackend = path.at(-1) === 'host' && resource.kind !== 'VirtualService';
  const written = valueAt(resource.object, [...(ofBackend ? path.slice(0, -1) : path), 'port']);
  if (isObject(written) || (ofBackend && written !== undefined))
    return {
      code: codes.unknownPort,
      field: ofBackend ? ['port'] : ['port', 'number'],
      message: `sends to port ${port} of ${hostname}, which has ${ports} only`,
      fix: `write ${service.ports.map((it) => it.port).join(' or ')}.`,
    };
  return {
    code: codes.portMissing,
    field: ['port'],
    beside: ['host'],
    message: `names no port of ${hostname}, which has ${ports === '' ? 'none' : ports}; the listener's ${port} is taken`,
    fix: `add port: {number: ${service.ports[0]?.port}} to the destination.`,
  };
}

function noSubset(registry: Registry, proxy: Proxy, service: Service, { hostname, subset }: ClusterName): Missing {
  const rule = registry.sidecarScope(proxy).destinationRule(service);
  const having = registry
    .resources('DestinationRule')
    .filter((it) => covers(registry, it, hostname) && has(it, subset));
  const [hidden] = having;
  if (!hidden)
    return {
      code: codes.unknownSubset,
      field: ['subset'],
      message: `sends to subset ${subset} of ${hostname}, which no DestinationRule has`,
      fix: rule?.from[0]
        ? `add subset ${subset} to ${resourceName(rule.from[0])}, or use one that it has.`
        : `add a DestinationRule for ${hostname} with subset ${subset}.`,
    };
  const other = rule?.from[0];
  const taker = rule ? undefined : mergedInto(registry, hidden, proxy);
  const why = other
    ? `${resourceName(other)} is used instead`
    : taker
      ? `it is merged into ${resourceName(taker)} of the same exportTo, which holds for some workloads only`
      : isLookedUp(registry, hidden, service, proxy)
        ? `it is not exported to namespace ${proxy.namespace}`
        : `a DestinationRule counts for others only in the namespace of the service (${service.namespace}) or the root namespace`;
  return {
    code: codes.hiddenSubset,
    field: ['subset'],
    message: `sends to subset ${subset} of ${hostname}, which ${resourceName(hidden)} has, but ${why}`,
    fix: other
      ? `add subset ${subset} to ${resourceName(other)}.`
      : taker
        ? 'give the two rules different exportTo.'
        : 'make the DestinationRule visible to all who get the route, or limit the VirtualService in the same way.',
    related: [
      { message: `${resourceName(hidden)} has the subset`, at: at(hidden, 'spec', 'exportTo') },
      ...(other ? [{ message: `${resourceName(other)} is in force`, at: at(other, 'spec', 'host') }] : []),
    ],
  };
}

/**
 * The rule for some workloads only that a visible one of the same namespace was merged into, so that it is gone for all
 * others (istiod's `mergeDestinationRule`, where both have the same `exportTo`).
 */
function mergedInto(registry: Registry, rule: Resource, proxy: Proxy): Resource | undefined {
  const { namespace } = rule.metadata;
  const scopes = Array.isArray(rule.spec['exportTo']) ? rule.spec['exportTo'].map(String) : [];
  const seen =
    scopes.length === 0 ||
    scopes.some((it) => [it === '.' ? namespace : it].some((of) => of === '*' || of === proxy.namespace));
  if (!seen) return undefined;
  const host = String(rule.spec['host'] ?? '');
  const hostname = resolveShortName(host, namespace, registry.domainSuffix);
  return registry
    .resources('DestinationRule')
    .find(
      (it) =>
        it.metadata.namespace === namespace &&
        it.spec['workloadSelector'] !== undefined &&
        covers(registry, it, hostname),
    );
}

/** Whether clients of the proxy's namespace look into the rule's namespace at all (istiod's `destinationRule`). */
function isLookedUp(registry: Registry, rule: Resource, service: Service, proxy: Proxy): boolean {
  return [proxy.namespace, service.namespace, registry.mesh.rootNamespace].includes(rule.metadata.namespace);
}

function covers(registry: Registry, rule: Resource, hostname: string): boolean {
  const host = resolveShortName(String(rule.spec['host'] ?? ''), rule.metadata.namespace, registry.domainSuffix);
  return hostsOverlap(host, hostname);
}

function has(rule: Resource, subset: string): boolean {
  return objects(rule.spec['subsets']).some((item) => item['name'] === subset);
}
