import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { DestinationRule } from '../../registry/types.ts';
import { mergeSubsetPolicy, policyForPort, type TrafficPolicy } from '../cluster/traffic-policy.ts';

/** The subset of that name in a rule's spec; undefined where there is none, or the name is ''. */
export function subsetOf(spec: JsonObject | undefined, name: string): JsonObject | undefined {
  const subsets = spec?.['subsets'];
  if (name === '' || !Array.isArray(subsets)) return undefined;
  return subsets.find((subset) => isObject(subset) && subset['name'] === name) as JsonObject | undefined;
}

/** The policy of a rule for a port and subset (istiod's `getSubsetTrafficPolicy`). The mesh's default policy does not count here. */
export function rulePolicy(rule: DestinationRule | undefined, port: number, subset: string): TrafficPolicy | undefined {
  const written = (value: unknown): JsonObject | undefined => (isObject(value) ? (value as JsonObject) : undefined);
  const host = policyForPort(written(rule?.spec['trafficPolicy']), port);
  return mergeSubsetPolicy(host, written(subsetOf(rule?.spec, subset)?.['trafficPolicy']), port, true);
}
