import { createHash } from 'node:crypto';
import type { Report } from '../../model/report.ts';
import { diagnosticInWords, groupDiagnostics } from '../diagnostics.ts';
import { examined, verdict } from '../totals.ts';
import type { Reporter } from '../types.ts';
import { type Markup, html as markup } from './escape.ts';
import { graph } from './graph.ts';
import { reviewSections } from './review.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { findingsTable, proxiesTable } from './tables.ts';

/**
 * One page that needs nothing else: no network, no other file. Its policy allows the one style sheet and the one script
 * that are in it, by their hashes, so that text that slipped through could still run nothing.
 */
export const html: Reporter = (report) => {
  const title = `${report.tool.name} ${report.tool.command}: ${verdict(report)}`;
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<h1>${title}</h1>
${origin(report)}
${body(report)}
<script>${{ markup: script }}</script>
</body>
</html>
`;
  return page.markup;
};

function body(report: Report): Markup {
  const proxies = new Map(report.proxies.map((proxy) => [proxy.id, proxy]));
  const { findings } = report;
  const drawn = graph(findings, proxies);
  const notes = groupDiagnostics(report.diagnostics).map(
    (group) =>
      markup`<li><span class="severity ${group.severity}">${group.severity}</span>: ${diagnosticInWords(group)}</li>`,
  );
  const hidden = report.summary.notCompared.map(
    ({ reason, leaves }) => markup`<li>not compared: ${leaves} (${reason})</li>`,
  );
  return markup`<main>
${notes.length > 0 ? markup`<ul id="diagnostics">${notes}</ul>` : ''}
<h2>Findings</h2>
${findings.length > 0 ? markup`<p><label>Filter <input id="filter" type="search"></label></p>${findingsTable('findings', findings, proxies)}` : markup`<p>None.</p>`}
${drawn ? markup`<h2>Affected workloads</h2>${drawn}` : ''}
${reviewSections(report, proxies)}
${report.waived.length > 0 ? markup`<h2>Waived</h2>${findingsTable('waived', report.waived, proxies)}` : ''}
<h2>Proxies</h2>
${proxiesTable(report.proxies, findings)}
<h2>Examined</h2>
<ul>${examined(report).map((line) => markup`<li>${line}</li>`)}${hidden}</ul>
</main>`;
}

function origin({ git, cluster, tool }: Report): Markup {
  const parts = [
    ...(git ? [`Git: ${git.repository} at ${git.ref}${git.commit === '' ? '' : ` (${git.commit.slice(0, 12)})`}`] : []),
    ...(cluster.context === undefined ? [] : [`cluster: ${cluster.context}`]),
    ...(cluster.capture === undefined ? [] : [`capture: ${cluster.capture}`]),
    ...(cluster.istioVersions.length > 0 ? [`Istio ${cluster.istioVersions.join(', ')}`] : []),
    `${tool.name} ${tool.version}`,
  ];
  return markup`<p class="note">${parts.join('; ')}</p>`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
