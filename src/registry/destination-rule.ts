import { isObject, type Json, type JsonObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { exportToSet } from './export-to.ts';
import { objects } from './objects.ts';
import type { DestinationRule, ExportTo } from './types.ts';

/** A DestinationRule while rules for one host are merged. */
export interface MergedRule extends DestinationRule {
  /** `workloadSelector.matchLabels`; undefined: for all workloads. */
  selector: Record<string, string> | undefined;
  /** Made of a backend policy of the Gateway API. */
  ofBackendPolicy: boolean;
  /** `exportTo` as it was written: rules merge by it, so `.` and the namespace's own name differ. */
  declared: ExportTo;
}

/** One DestinationRule with its host resolved. A selector makes it private (push_context.setDestinationRules). */
export function toMergedRule(resource: Resource, host: string): MergedRule {
  const { spec, metadata } = resource;
  const selector = isObject(spec['workloadSelector']) ? spec['workloadSelector']['matchLabels'] : undefined;
  const selects = isObject(spec['workloadSelector']);
  const declared = Array.isArray(spec['exportTo']) ? spec['exportTo'] : [];
  return {
    host,
    from: [resource],
    exportTo: exportToSet(selects ? ['.'] : declared, metadata.namespace) ?? new Set<string>(),
    ofBackendPolicy: metadata.annotations['internal.istio.io/parents'] !== undefined,
    declared: new Set(selects ? ['.'] : declared.map(String)),
    spec,
    namespace: metadata.namespace,
    selector: selects ? ((isObject(selector) ? selector : {}) as Record<string, string>) : undefined,
  };
}

export interface MergeOptions {
  /** ENABLE_ENHANCED_DESTINATIONRULE_MERGE: unequal `exportTo` keeps rules apart. */
  enhancedMerge: boolean;
  /** A rule that a person wrote wins over one of a backend policy field by field, whichever is older. */
  backendPolicyMerge: boolean;
}

/**
 * Merges a rule into the rules known for its host in one index (push_context.mergeDestinationRule): subsets with new
 * names are added, a traffic policy is taken where there was none. Rules with unequal `exportTo` or selectors stay apart.
 */
export function mergeInto(
  rules: MergedRule[],
  rule: MergedRule,
  { enhancedMerge, backendPolicyMerge }: MergeOptions,
): void {
  let apart = true;
  for (const existing of rules) {
    if (enhancedMerge) {
      if (sameSet(rule.declared, existing.declared)) apart = false;
      else {
        apart = true;
        // A wider rule also joins the narrower one that it covers.
        if (existing.declared.size === 0 || !covers(rule.declared, existing.declared)) continue;
      }
    }
    const both = existing.selector !== undefined && rule.selector !== undefined;
    const same = sameLabels(existing.selector ?? {}, rule.selector ?? {});
    if (both && !same) {
      apart = true;
      continue;
    }
    if ((existing.selector === undefined && rule.selector === undefined) || (both && same)) apart = false;
    const mixed = backendPolicyMerge && existing.ofBackendPolicy !== rule.ofBackendPolicy;
    existing.spec = mergeSpec(existing.spec, rule.spec, mixed ? existing.ofBackendPolicy : undefined);
    existing.from = [...existing.from, ...rule.from];
  }
  if (apart) rules.push({ ...rule });
}

/** @param baseOfBackendPolicy which of the two is made of a backend policy, where one is */
function mergeSpec(base: JsonObject, added: JsonObject, baseOfBackendPolicy: boolean | undefined): JsonObject {
  const merged = standsFor({ ...base }, base);
  const subsets = Array.isArray(base['subsets']) ? base['subsets'] : [];
  const names = new Set(subsets.map(subsetName));
  const news = (Array.isArray(added['subsets']) ? added['subsets'] : []).filter((item) => !names.has(subsetName(item)));
  if (news.length > 0) merged['subsets'] = standsFor([...subsets, ...news], base['subsets'] as object | undefined);
  const [first, second] = [base['trafficPolicy'], added['trafficPolicy']];
  if (!isObject(first)) {
    if (isObject(second)) merged['trafficPolicy'] = second as JsonObject;
  } else if (isObject(second) && baseOfBackendPolicy !== undefined) {
    const [user, backend] = baseOfBackendPolicy ? [second, first] : [first, second];
    merged['trafficPolicy'] = overBackendPolicy(user as JsonObject, backend as JsonObject);
  }
  return merged;
}

/** A person's traffic policy, its gaps filled from a backend policy's, by port too (mergeBackendPolicyTrafficPolicy). */
function overBackendPolicy(user: JsonObject, backend: JsonObject): JsonObject {
  const merged: JsonObject = { ...backend, ...user };
  const ports = objects(user['portLevelSettings']);
  const numberOf = (item: JsonObject): unknown => (isObject(item['port']) ? item['port']['number'] : undefined);
  const others = objects(backend['portLevelSettings']);
  const filled = ports.map((item) => {
    const below = others.find((other) => numberOf(other) === numberOf(item));
    return below ? standsFor<JsonObject>({ ...below, ...item }, item) : item;
  });
  const more = others.filter((other) => !ports.some((item) => numberOf(item) === numberOf(other)));
  if (filled.length + more.length > 0) merged['portLevelSettings'] = [...filled, ...more];
  return standsFor(merged, user);
}

function subsetName(subset: Json): unknown {
  return isObject(subset) ? subset['name'] : undefined;
}

function sameSet(a: ExportTo, b: ExportTo): boolean {
  return a.size === b.size && covers(a, b);
}

function covers(a: ExportTo, b: ExportTo): boolean {
  for (const item of b) if (!a.has(item)) return false;
  return true;
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
