import { counted } from '../model/counted.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { paints, severityPaint } from './paint.ts';
import { bareMessage } from './place.ts';
import { plain, wrapped } from './plain.ts';
import { proxiesInWords } from './proxies.ts';
import { shortened } from './shorten.ts';
import { reviewBlocks } from './text-review.ts';
import { brokenRequests, countsInWords, examined } from './totals.ts';
import type { Reporter, Style } from './types.ts';
import { waiverInWords } from './waived.ts';

/** From how many findings on a reader needs to know first how many there are. */
const many = 20;
/** Longer lines are hard to read, however wide the terminal is. */
const widest = 120;

/** For people on a terminal: a block for each object, worst first, then what was examined. */
export const text: Reporter = (report, style) => render(report, style, () => []);

/** The text format with more lines after each finding, which `extra` gives. */
export function render(report: Report, terminal: Style, extra: (finding: Finding) => string[]): string {
  const style = { ...terminal, width: Math.min(terminal.width, widest) };
  const proxies = new Map(report.proxies.map((proxy) => [proxy.id, proxy]));
  const objects = byObject(report.findings);
  const blocks = objects.map((findings) => block(findings, proxies, style, extra));
  const parts = [
    ...(report.findings.length > many ? [overview(report, objects.length, style)] : []),
    ...blocks,
    ...reviewBlocks(report, proxies, style),
    ...waivedBlock(report, style),
    footer(report, style),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Findings of one object together, in the order of each object's first, which is its worst. */
function byObject(findings: readonly Finding[]): Finding[][] {
  const objects = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.resource}\n${finding.location?.file ?? ''}`;
    const group = objects.get(key);
    if (group) group.push(finding);
    else objects.set(key, [finding]);
  }
  return [...objects.values()];
}

function overview(report: Report, objects: number, style: Style): string {
  const affected = new Set(report.findings.flatMap((finding) => finding.proxies)).size;
  const counts = countsInWords(report.summary.findings);
  const line = `${counts} in ${counted(objects, 'object')}, worst first; ${affected} of ${counted(report.summary.proxies.examined, 'examined proxy')} affected`;
  return paints(style).bold(wrapped(line, style.width, ''));
}

/** One object. What all of its findings say alike (who is affected, what to do) is said once, at the end. */
function block(
  findings: readonly Finding[],
  proxies: ReadonlyMap<string, ReportedProxy>,
  style: Style,
  extra: (finding: Finding) => string[],
): string {
  const { bold, dim } = paints(style);
  const paint = severityPaint(style);
  const tails = findings.map((finding) => tail(finding, proxies));
  const [first] = findings as [Finding, ...Finding[]];
  if (findings.length === 1) {
    const heading = [first.resource, first.field].filter((part) => part !== '').map((part) => plain(part));
    const label = paint[first.severity](first.severity.toUpperCase());
    const head = `${label} ${bold(heading.join(' '))} ${dim(`${first.kind} ${first.code}`)}`;
    return [head, ...said(first, style, '  '), ...lines(tails[0] ?? [], style, '  '), ...extra(first)].join('\n');
  }
  const [shared = []] = tails;
  const alike = tails.every((it) => it.join('\n') === shared.join('\n'));
  const label = paint[first.severity](first.severity.toUpperCase());
  return [
    `${label} ${bold(plain(first.resource))} ${dim(counted(findings.length, 'finding'))}`,
    ...findings.flatMap((finding, index) => {
      const at = finding.field === '' ? 'the object' : plain(finding.field);
      const severity = paint[finding.severity](finding.severity);
      return [
        `  ${severity} ${bold(at)} ${dim(`${finding.kind} ${finding.code}`)}`,
        ...said(finding, style, '    '),
        ...(alike ? [] : lines(tails[index] ?? [], style, '    ')),
        ...extra(finding),
      ];
    }),
    ...(alike ? lines(shared, style, '  ') : []),
  ].join('\n');
}

/** What is wrong, where, and who notices. The heading names the object and field already. */
function said(finding: Finding, style: Style, indent: string): string[] {
  const { dim } = paints(style);
  const at = finding.location;
  return [
    ...lines([bareMessage(finding)], style, indent),
    ...(at ? [`${indent}${dim('at')} ${plain(at.file)}:${at.line}:${at.column}`] : []),
    ...(finding.effect === '' ? [] : lines([`effect: ${finding.effect}`], style, indent)),
  ];
}

function tail(finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>): string[] {
  const related = finding.related.map(({ message, location }) =>
    location ? `see: ${message} (${location.file}:${location.line})` : `see: ${message}`,
  );
  const fix = finding.fix === '' ? [] : [`fix: ${finding.fix}`];
  const clusters = finding.clusters ? [`clusters: ${finding.clusters.join(', ')}`] : [];
  return [`affects: ${proxiesInWords(finding.proxies, proxies)}`, ...clusters, ...fix, ...related];
}

function lines(texts: readonly string[], style: Style, indent: string): string[] {
  return texts.map((line) => wrapped(plain(shortened(line)), style.width, indent));
}

/** What does not count, a line for the finding and one for the reason. */
function waivedBlock({ waived }: Report, style: Style): string[] {
  if (waived.length === 0) return [];
  const { bold, dim } = paints(style);
  const said = waived.flatMap((finding) => [
    ...lines([`${finding.severity} ${finding.resource} ${finding.field} (${finding.code})`], style, '  '),
    ...lines([`waived: ${waiverInWords(finding.waiver)}`], style, '    ').map(dim),
  ]);
  return [[bold(`Waived: ${waived.length}`), ...said].join('\n')];
}

function footer(report: Report, style: Style): string {
  const { bold, green } = paints(style);
  const paint = severityPaint(style);
  const out = groupDiagnostics(report.diagnostics).map((group) => {
    const line = `${group.severity}: ${diagnosticInWords(group)}`;
    return paint[group.severity](wrapped(plain(line), style.width, ''));
  });
  if (out.length > 0) out.push('');
  out.push(...examined(report).map((line) => wrapped(line, style.width, '')));
  for (const { reason, leaves } of report.summary.notCompared.slice(0, 3))
    out.push(`  not compared: ${leaves} (${plain(reason)})`);
  const { findings } = report.summary;
  const waived = report.waived.length > 0 ? `, ${report.waived.length} waived` : '';
  const counts = `${countsInWords(findings)}${waived}`;
  const nothing = findings.error + findings.warning === 0;
  const broken = brokenRequests(report);
  const clean = report.tool.command === 'drift' ? 'no drift' : 'nothing wrong';
  if (!report.complete) out.push(bold(paint.error(`incomplete: ${counts}; what could not be read is listed above`)));
  else if (nothing && broken !== '') out.push(bold(`${counts}; ${broken}`));
  else out.push(bold(nothing ? green(`${clean}: ${counts}`) : counts));
  return out.join('\n');
}
