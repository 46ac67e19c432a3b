import type { Registry } from '../../../registry/types.ts';
import { trustDomainAliases } from '../mutual-tls.ts';
import type { Condition, Value } from './condition.ts';

/**
 * Lets the identities of the mesh's trust domain stand for those of its aliases too, and the reverse (istiod's
 * `MigrateTrustDomain`). Changes the conditions in place.
 */
export function migrateTrustDomain(conditions: Condition[], registry: Registry): void {
  const domains = [registry.mesh.trustDomain, ...trustDomainAliases(registry)];
  for (const condition of conditions) {
    const migrate =
      condition.attribute === 'source.principal'
        ? withAliases
        : condition.attribute === 'source.trustDomain'
          ? expanded
          : undefined;
    if (!migrate) continue;
    condition.values = migrate(condition.values, domains);
    condition.notValues = migrate(condition.notValues, domains);
  }
}

/** istiod's `ReplaceTrustDomainAliases`; `cluster.local` always means the own trust domain. */
function withAliases(values: Value[], domains: string[]): Value[] {
  return values.flatMap((value) => {
    const parts = value.text.split('/');
    const own = parts[0] as string;
    if (parts.length !== 5 || own === '*') return [value];
    if (own !== 'cluster.local' && !domains.some((domain) => overlap(own, domain))) return [value];
    const rest = parts.slice(1).join('/');
    const texts = domains.map((domain) =>
      own.startsWith('*') && domain.endsWith(own.slice(1)) ? value.text : `${domain}/${rest}`,
    );
    return [...new Set(texts)].map((text) => ({ ...value, text }));
  });
}

/** istiod's `ExpandTrustDomainAliases` */
function expanded(values: Value[], domains: string[]): Value[] {
  const seen = new Map<string, Value>();
  for (const value of values)
    for (const text of domains.includes(value.text) ? domains : [value.text])
      if (!seen.has(text)) seen.set(text, { ...value, text });
  return [...seen.values()];
}

/** Whether two domains may mean the same, either one with a wildcard in front or at the end. */
function overlap(a: string, b: string): boolean {
  return a === b || b === '*' || covers(a, b) || covers(b, a);
}

function covers(text: string, pattern: string): boolean {
  if (pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1))) return true;
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}
