import type { Service } from './types.ts';

type TrafficDistribution = Service['trafficDistribution'];

const annotation = 'networking.istio.io/traffic-distribution';

/**
 * Where traffic should stay (model.GetTrafficDistribution): the Service's field, else its annotation, else the
 * namespace's annotation. `PreferClose` is the older name of `PreferSameZone`.
 *
 * @param namespaceAnnotations undefined where the version does not inherit from the namespace
 */
export function trafficDistribution(
  field: unknown,
  annotations: Record<string, string>,
  namespaceAnnotations?: Record<string, string>,
): TrafficDistribution {
  if (field === 'PreferClose' || field === 'PreferSameZone') return 'PreferSameZone';
  if (field === 'PreferSameNode') return 'PreferSameNode';
  for (const value of [annotations[annotation], namespaceAnnotations?.[annotation]]) {
    if (!value) continue;
    const known = value.toLowerCase();
    if (known === 'preferclose' || known === 'prefersamezone') return 'PreferSameZone';
    return known === 'prefersamenode' ? 'PreferSameNode' : '';
  }
  return '';
}
