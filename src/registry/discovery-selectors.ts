import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { objects } from './objects.ts';
import { ResourceIndex } from './resources.ts';
import type { MeshConfig } from './types.ts';

/** Cluster-scoped objects and what istiod reads wherever it is. */
function isAlwaysRead(resource: Resource): boolean {
  return resource.metadata.namespace === '' || resource.kind === 'Namespace';
}

/**
 * Leaves out what lies in namespaces that istiod does not look at (MeshConfig.discoverySelectors,
 * pkg/kube/namespace.DiscoveryNamespacesFilter): any selector that matches is enough, none selects everything.
 */
export function inDiscoveredNamespaces(resources: ResourceIndex, mesh: MeshConfig): ResourceIndex {
  const selectors = objects(mesh['discoverySelectors']);
  if (selectors.length === 0) return resources;
  const discovered = new Set(
    resources
      .list('Namespace')
      .filter((namespace) => selectors.some((selector) => matchesSelector(selector, namespace.metadata.labels)))
      .map((namespace) => namespace.metadata.name),
  );
  return new ResourceIndex(
    resources.all().filter((item) => isAlwaysRead(item) || discovered.has(item.metadata.namespace)),
  );
}

/** A Kubernetes label selector (matchLabels and matchExpressions) against labels. */
export function matchesSelector(selector: Record<string, unknown>, labels: Record<string, string>): boolean {
  const exact = isObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  const expressions = objects(selector['matchExpressions']);
  return (
    exact.every(([name, value]) => labels[name] === value) &&
    expressions.every((expression) => matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: Record<string, unknown>, labels: Record<string, string>): boolean {
  const value = labels[String(expression['key'])];
  const values = Array.isArray(expression['values']) ? expression['values'] : [];
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
