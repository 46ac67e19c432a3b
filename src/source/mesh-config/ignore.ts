import type { Diagnostic } from '../diagnostic.ts';
import { wildcard } from './pattern.ts';
import type { IgnoreRule } from './read.ts';

/**
 * The first rule that covers a finding: its resource as `Kind namespace/name` and its field, or a field above it.
 *
 * @param today the date as YYYY-MM-DD; rules that expired before it do not count
 */
export function ignoredBy(
  rules: readonly IgnoreRule[],
  finding: { resource: string; field: string },
  today: string,
): IgnoreRule | undefined {
  return rules.find(
    (rule) =>
      !isExpired(rule, today) &&
      wildcard(rule.resource).test(finding.resource) &&
      (rule.field === undefined || covers(rule.field, finding.field)),
  );
}

/** Says of every expired rule that it no longer counts. */
export function expiredRules(rules: readonly IgnoreRule[], today: string): Diagnostic[] {
  return rules
    .filter((rule) => isExpired(rule, today))
    .map((rule) => ({
      severity: 'warning',
      message: `the rule that ignores ${rule.resource}${rule.field ? ` ${rule.field}` : ''} expired on ${rule.expires}`,
      location: rule.location,
      fix: 'delete the rule, or give it another date',
    }));
}

function isExpired(rule: IgnoreRule, today: string): boolean {
  return rule.expires !== undefined && rule.expires < today;
}

/** Whether a field pattern names the field or one above it. `*` stands for one index or key. */
function covers(pattern: string, field: string): boolean {
  const wanted = steps(pattern);
  const given = steps(field);
  return wanted.length <= given.length && wanted.every((step, index) => step === '*' || step === given[index]);
}

/** `spec.http[0].headers["x.y"]` → spec, http, 0, headers, x.y */
function steps(path: string): string[] {
  const found = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g);
  return [...found].map(([, quoted, index, key]) => quoted ?? index ?? key ?? '');
}
