import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';

const ofApiServer: readonly string[] = [codes.invalidField, codes.unknownKind, codes.unknownField];

/**
 * Findings without those of istiod's webhook for which the API server refuses the object already, or drops a field, at
 * the same place or next to it: what one of them is told of, the other one would be told of again. A redirect whose only
 * field the version does not know says nothing to the webhook.
 */
export function onePerFault(findings: readonly Finding[]): Finding[] {
  const told = new Map<string, string[]>();
  for (const { code, resource, field } of findings)
    if (ofApiServer.includes(code)) told.set(resource, [...(told.get(resource) ?? []), field]);
  if (told.size === 0) return [...findings];
  return findings.filter(
    ({ code, resource, field }) =>
      code !== codes.refusedByIstiod || !told.get(resource)?.some((other) => other === field || areNext(other, field)),
  );
}

/** Whether one place holds the other one directly; all that is in `spec` is not meant. */
function areNext(one: string, other: string): boolean {
  const [outer, inner] = one.length < other.length ? [one, other] : [other, one];
  if (outer === '' || outer === 'spec' || !inner.startsWith(outer)) return false;
  return /^(?:\.[^.[\]]+|\[[^\]]+\])$/.test(inner.slice(outer.length));
}
