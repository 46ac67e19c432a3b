import type { Resource } from '../../model/resource.ts';

const istioGroups = new Set([
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
  'extensions.istio.io',
  'gateway.networking.k8s.io',
]);

/**
 * Whether Git and the API server are compared in objects of this kind: all of Istio's config, the Gateway API's, and
 * Services, which decide as much of what a proxy holds. Workloads are the business of the tool that deploys them.
 */
export function judgedKind(resource: Resource): boolean {
  if (istioGroups.has(resource.group)) return resource.kind !== 'GatewayClass';
  return resource.group === '' && resource.kind === 'Service';
}

/**
 * Whether others are read by it: a definition of their kind, a class of Gateways. What Git has of these says what the
 * objects beside them may hold, and who programs them.
 */
export function isDefinition({ group, kind }: Resource): boolean {
  if (group === 'gateway.networking.k8s.io') return kind === 'GatewayClass';
  return group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition';
}
