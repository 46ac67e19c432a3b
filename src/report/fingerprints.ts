import { createHash } from 'node:crypto';
import type { Finding } from '../model/finding.ts';

/**
 * An identity for each finding, in the order of the findings, by which tools know it again in a later run: from its code,
 * layer, object and field, never from lines, values or wording. Findings that share these are numbered.
 */
export function fingerprints(findings: readonly Finding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ code, layer, resource, field }) => {
    const identity = JSON.stringify([code, layer, resource, field]);
    const count = seen.get(identity) ?? 0;
    seen.set(identity, count + 1);
    return createHash('sha256').update(`${identity}${count}`).digest('hex').slice(0, 32);
  });
}
