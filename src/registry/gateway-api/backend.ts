import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import { serviceHostname } from '../hostname.ts';
import { objects } from '../objects.ts';
import { type GatewayApiContext, referenceKind, referenceNamespace } from './context.ts';

/** A rule that istiod refuses: then the whole route has no rules. */
export class InvalidRule extends Error {}

/** A route while it is converted. */
export interface RouteSource {
  /** `group/kind`. */
  kind: string;
  namespace: string;
  /** Routes of Services are not asked for a ReferenceGrant. */
  enforceGrants: boolean;
}

/** The sum of the weights; 0 means that requests are answered with an error. */
export function totalWeight(backendRefs: unknown): number {
  return objects(backendRefs).reduce((sum, item) => sum + weightOf(item), 0);
}

function weightOf(backendRef: JsonObject): number {
  return typeof backendRef['weight'] === 'number' ? backendRef['weight'] : 1;
}

/** Backends that get traffic, with their weights; one alone has none. */
export function weightedBackends(backendRefs: unknown): { backend: JsonObject; weight: number }[] {
  const backends = objects(backendRefs).filter((item) => weightOf(item) !== 0);
  return backends.map((backend) => ({ backend, weight: backends.length === 1 ? 0 : weightOf(backend) }));
}

/**
 * A backend as a VirtualService's destination (gateway.buildDestination). A backend that may not be used, or of an
 * unknown kind, has an empty host: Istio routes it to nowhere.
 *
 * @throws InvalidRule where the reference has no port or a host name for a Service's name
 */
export function destination(backend: JsonObject, route: RouteSource, context: GatewayApiContext): JsonObject {
  const kind = referenceKind(backend, '', 'Service');
  const name = String(backend['name'] ?? '');
  const namespace = referenceNamespace(backend, route.namespace);
  const nowhere = standsFor<JsonObject>({ host: '' }, backend);
  const foreign = namespace !== route.namespace;
  if (route.enforceGrants && foreign && !context.grants.allows(route.kind, route.namespace, kind, namespace, name))
    return nowhere;
  const host = hostOf(kind, name, namespace, backend, context);
  if (host === undefined) return nowhere;
  if (typeof backend['port'] !== 'number') throw new InvalidRule('port is required in backendRef');
  return standsFor<JsonObject>({ host, port: standsFor<JsonObject>({ number: backend['port'] }, backend) }, backend);
}

function hostOf(
  kind: string,
  name: string,
  namespace: string,
  backend: JsonObject,
  context: GatewayApiContext,
): string | undefined {
  switch (kind) {
    case '/Service':
      if (name.includes('.')) throw new InvalidRule('the name of the Service must be used, not the hostname');
      return serviceHostname(name, namespace, context.domainSuffix);
    case 'networking.istio.io/Hostname':
      if (backend['namespace'] !== undefined) throw new InvalidRule('namespace may not be set with Hostname type');
      return name;
    case 'multicluster.x-k8s.io/ServiceImport': {
      const mcs = context.environment.flag('ENABLE_MCS_HOST', false);
      return mcs ? `${name}.${namespace}.svc.clusterset.local` : serviceHostname(name, namespace, context.domainSuffix);
    }
    default:
      return undefined;
  }
}
