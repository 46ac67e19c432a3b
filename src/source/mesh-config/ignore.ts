import { metadataKey } from '../../model/json.ts';
import { wildcard } from './pattern.ts';
import type { IgnoreRule } from './read.ts';

/**
 * The first rule that covers a finding: its code, its resource as `Kind namespace/name` and its field, or a field above it.
 *
 * @param today the date as YYYY-MM-DD; rules that expired before it do not count
 */
export function ignoredBy(
  rules: readonly IgnoreRule[],
  finding: { code: string; resource: string; field: string },
  today: string,
): IgnoreRule | undefined {
  return rules.find(
    (rule) =>
      !isExpired(rule, today) &&
      (rule.codes === undefined || rule.codes.includes(finding.code)) &&
      wildcard(rule.resource).test(finding.resource) &&
      (rule.field === undefined || covers(rule.field, finding.field)),
  );
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

/** `spec.http[0].headers["x.y"]` → spec, http, 0, headers, x.y; labels and annotations in either form. */
function steps(path: string): string[] {
  const [, part, name] = metadataKey.exec(path) ?? [];
  if (part !== undefined && name !== undefined) return ['metadata', part, name];
  const found = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g);
  return [...found].map(([, quoted, index, key]) => quoted ?? index ?? key ?? '');
}
