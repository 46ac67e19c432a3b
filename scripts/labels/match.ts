import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';

/** A finding that a person expects of a recording. */
export interface Label {
  kind: string;
  severity: string;
  resource: string;
  field?: string;
  git?: { file: string; line: number };
  proxies?: 'all' | 'none' | string[];
  may?: boolean;
  needs?: string;
}

/** Whether a finding is what the label says: kind, severity, object, field, place in Git and proxies. */
export function matches(label: Label, finding: Finding, report: Report): boolean {
  if (label.kind !== finding.kind || label.severity !== finding.severity) return false;
  if (!label.resource.startsWith('Pod ') && label.resource !== finding.resource) return false;
  if (label.resource.startsWith('Pod ') && !finding.resource.startsWith(label.resource)) return false;
  if ((label.field ?? '') !== finding.field) return false;
  if (label.git && (label.git.file !== finding.location?.file || label.git.line !== finding.location.line))
    return false;
  const actual = workloads(finding, report);
  if (label.proxies === undefined) return true;
  if (label.proxies === 'none') return actual.length === 0;
  if (label.proxies === 'all') return finding.proxies.length === report.proxies.length;
  const names = label.proxies.map((it) => it.replace(':', '-'));
  return (
    names.every((it) => actual.some((workload) => isWorkload(workload, it))) &&
    actual.every((workload) => names.some((it) => isWorkload(workload, it)))
  );
}

function isWorkload(workload: string, label: string): boolean {
  return workload === label || workload.replace(/-v\d+$/, '') === label;
}

/** The workloads of a finding's proxies, as `namespace/workload`. */
export function workloads(finding: Finding, report: Report): string[] {
  const known = new Map(report.proxies.map((it) => [it.id, it]));
  return [
    ...new Set(finding.proxies.map((id) => `${id.split('/')[0]}/${known.get(id)?.workload ?? id.split('/')[1]}`)),
  ];
}
