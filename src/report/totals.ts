import { counted } from '../model/counted.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Report } from '../model/report.ts';

/** `1 error, 2 warnings, 0 infos`. */
export function countsInWords(counts: Record<Severity, number>): string {
  return (['error', 'warning', 'info'] as const).map((severity) => counted(counts[severity], severity)).join(', ');
}

/** How many findings there are of each severity. */
export function countOf(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** The result in a few words: never `nothing found` where something could not be read. */
export function verdict(report: Report): string {
  const waived = report.waived.length > 0 ? `, ${report.waived.length} waived` : '';
  const counts = `${countsInWords(countOf(report.findings))}${waived}`;
  if (!report.complete) return `incomplete: ${counts}`;
  const broken = brokenRequests(report);
  if (report.findings.length === 0 && broken !== '') return `no findings${waived}, and ${broken}`;
  if (report.findings.length === 0) return `${report.tool.command === 'drift' ? 'no drift' : 'nothing found'}${waived}`;
  return report.review ? `${counts} introduced` : counts;
}

/** Requests that a change breaks, which no rule may call wrong: it may be what the change is for. Empty for none. */
export function brokenRequests({ review }: Report): string {
  const broken = review?.requests.filter(({ breaks }) => breaks).length ?? 0;
  return broken === 0 ? '' : `${counted(broken, 'request')} served before, and not after`;
}

/** What was examined, a line each. */
export function examined({ summary }: Report): string[] {
  const { proxies, resources, compared, notCompared } = summary;
  const objects = `${counted(resources.git, 'object')} in Git, ${resources.live} in the cluster`;
  // check and review compile and judge; they ask no proxy what it holds.
  if (compared.resources === 0 && proxies.skipped === 0)
    return [`${counted(proxies.examined, 'proxy')} compiled; ${objects}`];
  const hidden = notCompared.reduce((sum, it) => sum + it.leaves, 0);
  const total = compared.leaves + hidden;
  const share = total === 0 ? '0' : ((100 * hidden) / total).toFixed(2);
  return [
    `${counted(proxies.examined, 'proxy')} examined: ${proxies.inSync} in sync, ${proxies.stale} stale, ${proxies.rejected} rejected; ${proxies.skipped} not read`,
    `${objects}; ${counted(compared.resources, 'Envoy resource')} and ${counted(compared.leaves, 'value')} compared, ${hidden} not (${share} %)`,
  ];
}
