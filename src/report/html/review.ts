import type { Report, ReportedProxy } from '../../model/report.ts';
import { reviewDiffs } from '../envoy-diff.ts';
import { proxiesInWords } from '../proxies.ts';
import { html, type Markup } from './escape.ts';
import { diffBlock, findingsTable } from './tables.ts';

/** What a review says beside the findings that are introduced. */
export function reviewSections({ review }: Report, proxies: ReadonlyMap<string, ReportedProxy>): Markup[] {
  if (review === undefined) return [];
  const edits = review.changes.map(
    ({ resource, field, kind, location, proxies: ids, effect }) =>
      html`<li>${kind} <code>${resource} ${field}</code> ${location ? html`at <code>${location.file}:${location.line}</code>` : ''}: ${effect} Affects ${proxiesInWords(ids, proxies)}.</li>`,
  );
  const changes = review.blastRadius.map(({ proxies: ids, changes: said, evidence }) => {
    const diffs = reviewDiffs(evidence);
    const folded = html`<details><summary>Envoy's diff</summary>${diffs.map(diffBlock)}</details>`;
    return html`<li>${proxiesInWords(ids, proxies)}<ul>${said.map((it) => html`<li>${it}</li>`)}</ul>${diffs.length > 0 ? folded : ''}</li>`;
  });
  const requests = review.requests.map(
    ({ from, curl, base, head }) =>
      html`<li><pre>${curl}</pre>from <code>${from}</code>: ${base} before, ${head} after</li>`,
  );
  return [
    ...(edits.length > 0 ? [html`<h2>What changes</h2><ul>${edits}</ul>`] : []),
    html`<h2>Effective configuration that changes</h2>`,
    changes.length > 0 ? html`<ul>${changes}</ul>` : html`<p>None: no proxy holds anything else.</p>`,
    ...(requests.length > 0 ? [html`<h2>Requests that go another way</h2><ul>${requests}</ul>`] : []),
    ...(review.rollout.length > 0
      ? [html`<h2>Order of the rollout</h2><ol>${review.rollout.map((step) => html`<li>${step}</li>`)}</ol>`]
      : []),
    ...(review.fixed.length > 0
      ? [html`<h2>Fixed by this change</h2>${findingsTable('fixed', review.fixed, proxies)}`]
      : []),
    ...(review.unchanged.length > 0
      ? [html`<h2>As before</h2>${findingsTable('unchanged', review.unchanged, proxies)}`]
      : []),
  ];
}
