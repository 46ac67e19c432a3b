import { isObject, type Json, type JsonObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { exportToSet } from './export-to.ts';
import type { DestinationRule, ExportTo } from './types.ts';

/** A DestinationRule while rules for one host are merged. */
export interface MergedRule extends DestinationRule {
  /** `workloadSelector.matchLabels`; undefined: for all workloads. */
  selector: Record<string, string> | undefined;
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
    declared: new Set(selects ? ['.'] : declared.map(String)),
    spec,
    namespace: metadata.namespace,
    selector: selects ? ((isObject(selector) ? selector : {}) as Record<string, string>) : undefined,
  };
}

/**
 * Merges a rule into the rules known for its host in one index (push_context.mergeDestinationRule): subsets with new
 * names are added, a traffic policy is taken where there was none. Rules with unequal `exportTo` or selectors stay apart.
 */
export function mergeInto(rules: MergedRule[], rule: MergedRule, enhanced: boolean): void {
  let apart = true;
  for (const existing of rules) {
    if (enhanced) {
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
    existing.spec = mergeSpec(existing.spec, rule.spec);
    existing.from = [...existing.from, ...rule.from];
  }
  if (apart) rules.push({ ...rule });
}

function mergeSpec(base: JsonObject, added: JsonObject): JsonObject {
  const merged = standsFor({ ...base }, base);
  const subsets = Array.isArray(base['subsets']) ? base['subsets'] : [];
  const names = new Set(subsets.map(subsetName));
  const news = (Array.isArray(added['subsets']) ? added['subsets'] : []).filter((item) => !names.has(subsetName(item)));
  if (news.length > 0) merged['subsets'] = standsFor([...subsets, ...news], base['subsets'] as object | undefined);
  if (!isObject(base['trafficPolicy']) && isObject(added['trafficPolicy']))
    merged['trafficPolicy'] = added['trafficPolicy'] as JsonObject;
  return merged;
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
