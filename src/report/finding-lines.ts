import type { Finding } from '../model/finding.ts';
import type { ReportedProxy } from '../model/report.ts';
import { paints, severityPaint } from './paint.ts';
import { plain, wrapped } from './plain.ts';
import { proxiesInWords } from './proxies.ts';
import type { Style } from './types.ts';

/** One finding for people: what, where, what it does, whom it affects, what to do. */
export function findingLines(finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>, style: Style): string[] {
  const { bold, dim } = paints(style);
  const label = severityPaint(style)[finding.severity](finding.severity.toUpperCase());
  const subject = plain([finding.resource, finding.field].filter((part) => part !== '').join(' '));
  const lines = [`${label} ${bold(subject)} ${dim(`${finding.kind} ${finding.code}`)}`];
  const put = (line: string): number => lines.push(wrapped(plain(line), style.width, '  '));
  put(finding.message);
  if (finding.location) {
    const { file, line, column } = finding.location;
    put(`at ${file}:${line}:${column}`);
  }
  if (finding.effect !== '') put(`effect: ${finding.effect}`);
  if (finding.proxies.length > 0) put(`affects: ${proxiesInWords(finding.proxies, proxies)}`);
  if (finding.clusters) put(`clusters: ${finding.clusters.join(', ')}`);
  if (finding.fix !== '') put(`fix: ${finding.fix}`);
  return lines;
}
