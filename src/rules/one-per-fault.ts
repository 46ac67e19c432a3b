import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';

const ofApiServer: readonly string[] = [codes.invalidField, codes.unknownKind, codes.unknownField];

/**
 * Findings without those of istiod's webhook for which the API server refuses the object already, or drops a field, at
 * the same place or next to it, or by a rule of the whole `spec` that names the field: what one of them is told of, the
 * other one would be told of again. A redirect whose only field the version does not know says nothing to the webhook.
 */
export function onePerFault(findings: readonly Finding[]): Finding[] {
  const told = new Map<string, Finding[]>();
  for (const finding of findings)
    if (ofApiServer.includes(finding.code))
      told.set(finding.resource, [...(told.get(finding.resource) ?? []), finding]);
  if (told.size === 0) return [...findings];
  return findings.filter(
    ({ code, resource, field }) =>
      code !== codes.refusedByIstiod ||
      !told.get(resource)?.some((it) => it.field === field || areNext(it.field, field) || names(it, field)),
  );
}

/** Whether a finding of the whole `spec` names a field directly in it. */
function names({ field, message, fix }: Finding, other: string): boolean {
  const name = field === 'spec' ? /^spec\.(\w+)$/.exec(other)?.[1] : undefined;
  return name !== undefined && new RegExp(`\\b${name}\\b`).test(`${message} ${fix}`);
}

/** Whether one place holds the other one directly; all that is in `spec` is not meant. */
function areNext(one: string, other: string): boolean {
  const [outer, inner] = one.length < other.length ? [one, other] : [other, one];
  if (outer === '' || outer === 'spec' || !inner.startsWith(outer)) return false;
  return /^(?:\.[^.[\]]+|\[[^\]]+\])$/.test(inner.slice(outer.length));
}
