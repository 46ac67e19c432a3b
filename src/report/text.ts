import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import { paints, severityPaint } from './paint.ts';
import { plain, wrapped } from './plain.ts';
import { proxiesInWords } from './proxies.ts';
import type { Reporter, Style } from './types.ts';

/** For people on a terminal: a block for each finding, worst first, then what was examined. */
export const text: Reporter = (report, style) => render(report, style, () => []);

/** The text format with more lines after each finding, which `extra` gives. */
export function render(report: Report, style: Style, extra: (finding: Finding) => string[]): string {
  const proxies = new Map(report.proxies.map((proxy) => [proxy.id, proxy]));
  const blocks = report.findings.map((finding) => [...block(finding, proxies, style), ...extra(finding)].join('\n'));
  return [...blocks, footer(report, style)].join('\n\n').concat('\n');
}

function block(finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>, style: Style): string[] {
  const { bold, dim } = paints(style);
  const label = severityPaint(style)[finding.severity](finding.severity.toUpperCase());
  const subject = [finding.resource, finding.field]
    .filter((part) => part !== '')
    .map((part) => plain(part))
    .join(' ');
  const lines = [`${label} ${bold(subject)} ${dim(`${finding.kind} ${finding.code}`)}`];
  const put = (line: string): number => lines.push(wrapped(plain(line), style.width, '  '));
  // The heading names the object and field already.
  put(finding.message.startsWith(`${subject} `) ? finding.message.slice(subject.length + 1) : finding.message);
  if (finding.location) {
    const { file, line, column } = finding.location;
    lines.push(`  ${dim('at')} ${plain(file)}:${line}:${column}`);
  }
  if (finding.effect !== '') put(`effect: ${finding.effect}`);
  put(`affects: ${proxiesInWords(finding.proxies, proxies)}`);
  if (finding.fix !== '') put(`fix: ${finding.fix}`);
  for (const related of finding.related) {
    const at = related.location ? ` (${related.location.file}:${related.location.line})` : '';
    put(`see: ${related.message}${at}`);
  }
  return lines;
}

function footer(report: Report, style: Style): string {
  const { bold, green } = paints(style);
  const paint = severityPaint(style);
  const lines: string[] = [];
  for (const diagnostic of report.diagnostics) {
    const at = diagnostic.location
      ? ` (${diagnostic.location.file}:${diagnostic.location.line}:${diagnostic.location.column})`
      : '';
    const fix = diagnostic.fix ? `; ${diagnostic.fix}` : '';
    const line = wrapped(plain(`${diagnostic.severity}: ${diagnostic.message}${at}${fix}`), style.width, '  ');
    lines.push(paint[diagnostic.severity](line.trimStart()));
  }
  if (lines.length > 0) lines.push('');
  const { proxies, resources, compared, notCompared, findings } = report.summary;
  const hidden = notCompared.reduce((sum, it) => sum + it.leaves, 0);
  const total = compared.leaves + hidden;
  const share = total === 0 ? '0' : ((100 * hidden) / total).toFixed(2);
  lines.push(
    `${proxies.examined} proxies examined: ${proxies.inSync} in sync, ${proxies.stale} stale, ${proxies.rejected} rejected; ${proxies.skipped} not read`,
    `${resources.git} objects in Git, ${resources.live} in the cluster; ${compared.resources} Envoy resources and ${compared.leaves} values compared, ${hidden} not (${share} %)`,
  );
  for (const { reason, leaves } of notCompared.slice(0, 3)) lines.push(`  not compared: ${leaves} (${plain(reason)})`);
  const counts = `${findings.error} errors, ${findings.warning} warnings, ${findings.info} infos`;
  const nothing = findings.error + findings.warning === 0;
  if (!report.complete) lines.push(bold(paint.error(`incomplete: ${counts}; what could not be read is listed above`)));
  else lines.push(bold(nothing ? green(`no drift: ${counts}`) : counts));
  return lines.join('\n');
}
