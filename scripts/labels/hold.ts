import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { type Label, matches, workloads } from './match.ts';
import type { Refused } from './refused.ts';

/** What findings and labels have to do with each other. */
export interface Held {
  found: number;
  /** Labels that no finding is, in words; not those that may be found, or need traffic to be known. */
  missed: string[];
  /** Findings without a label, notes among them. */
  extra: Finding[];
}

/** Holds findings against labels and refused objects; each finding stands for one of them at most. */
export function hold(
  labels: readonly Label[],
  findings: readonly Finding[],
  report: Report,
  refused: readonly Refused[] = [],
  isRefusal: (object: Refused, finding: Finding) => boolean = () => false,
): Held {
  const left = new Set(findings);
  const held: Held = { found: 0, missed: [], extra: [] };
  const take = (is: (finding: Finding) => boolean): boolean => {
    const match = [...left].find(is);
    if (!match) return false;
    left.delete(match);
    held.found += 1;
    return true;
  };
  for (const label of labels)
    if (!take((finding) => matches(label, finding, report)) && !label.may && !label.needs)
      held.missed.push(
        `${label.severity} ${label.kind} ${label.resource} ${label.field ?? ''} ${label.git?.file ?? ''}:${label.git?.line ?? ''} proxies ${JSON.stringify(label.proxies)}`,
      );
  for (const object of refused)
    if (!take((finding) => isRefusal(object, finding)))
      held.missed.push(`refused ${object.file}: ${object.why.slice(-140)}`);
  held.extra = [...left];
  return held;
}

/** A finding in a line. */
export function inWords(finding: Finding, report: Report): string {
  const { severity, code, resource, field, location, message, effect } = finding;
  const at = location ? `${location.file}:${location.line}` : '';
  return `${severity} ${code} ${resource} ${field} ${at} [${workloads(finding, report).join(',')}] ${message} | ${effect}`;
}
