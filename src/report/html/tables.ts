import type { Finding } from '../../model/finding.ts';
import type { ReportedProxy } from '../../model/report.ts';
import type { WaivedFinding } from '../../model/waiver.ts';
import { type EnvoyDiff, envoyDiffs } from '../envoy-diff.ts';
import { bareMessage } from '../place.ts';
import { affectedInWords } from '../proxies.ts';
import { waiverInWords } from '../waived.ts';
import { html, type Markup } from './escape.ts';

type Proxies = ReadonlyMap<string, ReportedProxy>;
const rank = { error: '1', warning: '2', info: '3' };

/** The head of a sortable table. */
function head(titles: readonly string[]): Markup {
  return html`<thead><tr>${titles.map((title) => html`<th scope="col"><button type="button">${title}</button></th>`)}</tr></thead>`;
}

/** Findings, a row each; what is long is folded. */
export function findingsTable(id: string, findings: readonly Finding[], proxies: Proxies): Markup {
  return html`<div class="wrap"><table class="sortable" id="${id}">${head(['Severity', 'Object and field', 'What', 'Where', 'Affects', 'Code'])}<tbody>${findings.map((it) => findingRow(it, proxies))}</tbody></table></div>`;
}

function findingRow(finding: Finding, proxies: Proxies): Markup {
  const { severity, resource, field, location, code, kind } = finding;
  const where = location ? `${location.file}:${location.line}:${location.column}` : '';
  return html`<tr><td data-sort="${rank[severity]}"><span class="severity ${severity}">${severity}</span></td><td><code>${resource}<br>${field}</code></td><td>${bareMessage(finding)}${details(finding)}</td><td><code>${where}</code></td><td data-sort="${finding.proxies.length}">${affectedInWords(finding, proxies)}</td><td>${code} ${kind}</td></tr>\n`;
}

function details(finding: Finding): Markup {
  const { effect, fix, related } = finding;
  const waiver = 'waiver' in finding ? (finding as WaivedFinding).waiver : undefined;
  const lines = [
    ...(waiver ? [html`<div><b>Waived:</b> ${waiverInWords(waiver)}</div>`] : []),
    ...(effect === '' ? [] : [html`<div><b>Effect:</b> ${effect}</div>`]),
    ...(fix === '' ? [] : [html`<div><b>Fix:</b> ${fix}</div>`]),
    ...related.map(({ message, location }) =>
      location
        ? html`<div>See: ${message} <code>${location.file}:${location.line}</code></div>`
        : html`<div>See: ${message}</div>`,
    ),
  ];
  const names = html`<details><summary>${finding.proxies.length} ${finding.proxies.length === 1 ? 'proxy' : 'proxies'}</summary><code>${finding.proxies.join(', ')}</code></details>`;
  const diffs = envoyDiffs(finding);
  const folded = html`<details><summary>Envoy's diff</summary>${diffs.map(diffBlock)}</details>`;
  return html`${lines}${finding.proxies.length > 0 ? names : ''}${diffs.length > 0 ? folded : ''}`;
}

/** One Envoy object that differs. */
export function diffBlock({ title, sides, hunks }: EnvoyDiff): Markup {
  const body = hunks.map(({ path, lines }) => html`<span class="hunk">@@ ${path} @@</span>\n${lines.map(diffLine)}`);
  return html`<pre><span class="remove">--- ${title} (${sides[0]})</span>\n<span class="add">+++ ${title} (${sides[1]})</span>\n${body}</pre>`;
}

function diffLine(line: string): Markup {
  if (line.startsWith('-')) return html`<span class="remove">${line}</span>\n`;
  if (line.startsWith('+')) return html`<span class="add">${line}</span>\n`;
  return html`${line}\n`;
}

/** Every examined proxy and how many findings name it. */
export function proxiesTable(proxies: readonly ReportedProxy[], findings: readonly Finding[]): Markup {
  const counts = new Map<string, number>();
  for (const id of findings.flatMap((finding) => finding.proxies)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const rows = proxies.map(
    ({ id, type, workload, state }) =>
      html`<tr><td><code>${id}</code></td><td>${type}</td><td>${workload}</td><td>${state}</td><td>${counts.get(id) ?? 0}</td></tr>\n`,
  );
  return html`<div class="wrap"><table class="sortable" id="proxies">${head(['Proxy', 'Type', 'Workload', 'State', 'Findings'])}<tbody>${rows}</tbody></table></div>`;
}
