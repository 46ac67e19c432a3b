import { counted } from '../model/counted.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import type { WaivedFinding } from '../model/waiver.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { envoyDiffs } from './envoy-diff.ts';
import { markdownCode, markdownFence, markdownText, summaryText } from './markdown-escape.ts';
import { reviewLead, reviewSections, type Section } from './markdown-review.ts';
import { bareMessage, placeOf } from './place.ts';
import { affectedInWords } from './proxies.ts';
import { shortened } from './shorten.ts';
import { countOf, countsInWords, examined, verdict } from './totals.ts';
import type { Reporter } from './types.ts';
import { waiverInWords } from './waived.ts';

/** GitHub's limit for a comment; counted in bytes, which are never fewer than characters. */
const limit = 65_536;
const reserve = 512;
const longestDiff = 60;
const mostUnread = 15;
const mostRelated = 10;

/**
 * Markdown for a comment on a pull request, or for a step summary. The first line is a hidden marker, the same for every
 * run of the command on the cluster, by which the comment is found and edited. Too long a report is cut between parts,
 * and says how much is left out.
 */
export const markdown: Reporter = (report) => {
  const proxies = new Map(report.proxies.map((proxy) => [proxy.id, proxy]));
  const head = [
    marker(report),
    `### ${markdownText(`${report.tool.name} ${report.tool.command}: ${verdict(report)}`)}`,
    ...examined(report).map((line) => `${markdownText(line)}  `),
    '',
    ...unread(report),
    ...reviewLead(report),
  ];
  const findings = report.findings.map((finding) => block(finding, proxies));
  const waived = report.waived.length > 0 ? [waivedSection(report.waived)] : [];
  return cut(head.join('\n'), findings, report, [...waived, ...reviewSections(report, proxies, block)]);
};

/** Adds parts while they fit. Findings come first: what a review says beside is cut before them. */
function cut(head: string, findings: readonly string[], report: Report, beside: readonly Section[]): string {
  let size = Buffer.byteLength(head) + reserve;
  const fits = (part: string): boolean => {
    const bytes = Buffer.byteLength(part) + 2;
    if (size + bytes > limit) return false;
    size += bytes;
    return true;
  };
  const full = findings.findIndex((part) => !fits(part));
  const parts = full === -1 ? [...findings] : findings.slice(0, full);
  const left = full === -1 ? [] : report.findings.slice(full);
  if (left.length > 0)
    parts.push(
      `**${counted(left.length, 'finding')} ${left.length === 1 ? 'is' : 'are'} not shown here** (${countsInWords(countOf(left))}): the comment is full.`,
    );
  const hidden: string[] = [];
  for (const section of beside) {
    const shown = left.length > 0 || !fits(folded(section, 0)) ? 0 : section.items.findIndex((item) => !fits(item));
    if (shown === 0) hidden.push(section.title);
    else parts.push(folded(section, shown === -1 ? section.items.length : shown));
  }
  if (hidden.length > 0) parts.push(`**Not shown here**: ${hidden.join('; ')}: the comment is full.`);
  return `${[head.trimEnd(), ...parts].join('\n\n')}\n`;
}

/** The first items of a section, with a count of the others. */
function folded({ title, items }: Section, shown: number): string {
  const left = items.length - shown;
  const rest = left > 0 ? [`\n**${left} more not shown here**: the comment is full.`] : [];
  return `<details><summary>${title}</summary>\n\n${[...items.slice(0, shown), ...rest].join('\n')}\n\n</details>`;
}

function marker({ tool, cluster }: Report): string {
  const context = cluster.context === undefined ? '' : ` ${cluster.context.replace(/[^\w.:/@]+/g, '-')}`;
  return `<!-- kubectl-mesh ${tool.command}${context} -->`;
}

/** One finding: a line that says it, the rest folded. */
function block(finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>): string {
  const { severity, resource, field, location, effect, fix, code, kind, related } = finding;
  const subject = [resource, field].filter((part) => part !== '').map((part) => `<code>${summaryText(part)}</code>`);
  const place = placeOf(finding);
  const details = [
    location ? `at ${markdownCode(`${place.path}:${place.line}:${place.column}`)}` : '',
    effect === '' ? '' : `effect: ${markdownText(shortened(effect))}`,
    `affects: ${markdownText(affectedInWords(finding, proxies))}`,
    fix === '' ? '' : `fix: ${markdownText(shortened(fix))}`,
    ...related.slice(0, mostRelated).map(({ message: said, location: at }) => {
      const place = at ? ` (${markdownCode(`${at.file}:${at.line}`)})` : '';
      return `see: ${markdownText(shortened(said))}${place}`;
    }),
    related.length > mostRelated ? `see: ${related.length - mostRelated} more; -o json has all` : '',
    `${markdownText(kind)} ${markdownText(code)}`,
  ];
  const list = details.filter((line) => line !== '').map((line) => `- ${line}`);
  return [
    `<details><summary><b>${severity}</b> ${subject.join(' ')} ${summaryText(shortened(bareMessage(finding)))}</summary>`,
    '',
    ...list,
    ...diffs(finding),
    '',
    '</details>',
  ].join('\n');
}

/** What does not count, and why. */
function waivedSection(waived: readonly WaivedFinding[]): Section {
  const items = waived.map((finding) => {
    const subject = [finding.resource, finding.field].filter((part) => part !== '').map(markdownCode);
    const said = markdownText(shortened(bareMessage(finding)));
    return `- ${finding.severity} ${subject.join(' ')} ${said} (${finding.code}): ${markdownText(shortened(waiverInWords(finding.waiver)))}`;
  });
  return { title: `Waived (${waived.length})`, items };
}

function diffs(finding: Finding): string[] {
  const lines = envoyDiffs(finding).flatMap(({ title, sides, hunks }) => [
    `--- ${title} (${sides[0]})`,
    `+++ ${title} (${sides[1]})`,
    ...hunks.flatMap((hunk) => [`@@ ${hunk.path} @@`, ...hunk.lines]),
  ]);
  if (lines.length === 0) return [];
  const more = lines.length > longestDiff ? [`${lines.length - longestDiff} more lines: -o wide shows them`] : [];
  return ['', markdownFence([...lines.slice(0, longestDiff).map((line) => shortened(line)), ...more], 'diff')];
}

/** What could not be read: no more of it than leaves room for findings. */
function unread(report: Report): string[] {
  const lines = groupDiagnostics(report.diagnostics)
    .filter(({ severity }) => severity !== 'info')
    .map((group) => `- **${group.severity}**: ${markdownText(shortened(diagnosticInWords(group)))}`);
  if (lines.length <= mostUnread) return lines;
  return [...lines.slice(0, mostUnread - 1), `- ${lines.length - mostUnread + 1} more: -o text and -o json have all`];
}
