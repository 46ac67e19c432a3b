import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';

/** Which of `StringMatch`'s forms is set, with its value. */
export function matchType(match: unknown): ['exact' | 'prefix' | 'regex', string] | undefined {
  if (!isObject(match)) return undefined;
  for (const kind of ['exact', 'prefix', 'regex'] as const) {
    const value = match[kind];
    if (typeof value === 'string') return [kind, value];
  }
  return undefined;
}

/** Envoy's `StringMatcher` for Istio's `StringMatch` (istiod's `util.ConvertToEnvoyMatch`); undefined for an empty one. */
export function stringMatcher(match: unknown): Message | undefined {
  const type = matchType(match);
  if (!type) return undefined;
  const [kind, value] = type;
  const origin = match as JsonObject;
  if (kind !== 'regex') return deriveField(derive({ [kind]: value }, origin), kind, [origin, kind]);
  return deriveField(derive({ safe_regex: { regex: value } }, origin), 'safe_regex', [origin, kind]);
}

/** A match without a form, or the regex `*` (which is no regex), asks only whether the header or parameter is there. */
export function asksForPresence(match: unknown): boolean {
  const type = matchType(match);
  return type === undefined || (type[0] === 'regex' && type[1] === '*');
}
