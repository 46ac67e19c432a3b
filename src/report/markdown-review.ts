import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import { reviewDiffs } from './envoy-diff.ts';
import { markdownCode, markdownFence, markdownText } from './markdown-escape.ts';
import { proxiesInWords } from './proxies.ts';
import { shortened } from './shorten.ts';

type Block = (finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>) => string;

/** What a review says beside what is introduced, a part each, in the order of importance. */
export function reviewSections(
  { review }: Report,
  proxies: ReadonlyMap<string, ReportedProxy>,
  block: Block,
): string[] {
  if (review === undefined) return [];
  const groups = [
    section(
      `What changes (${review.changes.length})`,
      review.changes.map(({ resource, field, kind, location, proxies: ids, effect }) => {
        const subject = [resource, field].filter((part) => part !== '').map(markdownCode);
        const at = location ? ` at ${markdownCode(`${location.file}:${location.line}`)}` : '';
        const whom = markdownText(proxiesInWords(ids, proxies));
        return `- ${kind} ${subject.join(' ')}${at}: ${markdownText(shortened(effect))} Affects ${whom}.`;
      }),
    ),
    section(
      `Effective configuration that changes (${review.blastRadius.length})`,
      review.blastRadius.map(({ proxies: ids, changes, evidence }) => {
        const said = changes.map((change) => `  - ${markdownText(shortened(change))}`);
        const lines = reviewDiffs(evidence).flatMap(({ title, hunks }) => [
          `--- ${title}`,
          ...hunks.flatMap((hunk) => [`@@ ${hunk.path} @@`, ...hunk.lines]),
        ]);
        const diff =
          lines.length === 0
            ? []
            : [
                '',
                markdownFence(
                  lines.slice(0, 40).map((it) => shortened(it)),
                  'diff',
                ),
                '',
              ];
        return [`- ${markdownText(proxiesInWords(ids, proxies))}`, ...said, ...diff].join('\n');
      }),
    ),
    section(
      `Requests that go another way (${review.requests.length})`,
      review.requests.map(
        ({ from, curl, base, head }) =>
          `- from ${markdownCode(from)}: ${markdownCode(curl)}: ${markdownText(base)} before, ${markdownText(head)} after`,
      ),
    ),
    section(
      'Order of the rollout',
      review.rollout.map((step, index) => `${index + 1}. ${markdownText(step)}`),
    ),
    section(
      `Fixed by this change (${review.fixed.length})`,
      review.fixed.map((finding) => block(finding, proxies)),
    ),
    section(
      `As before (${review.unchanged.length})`,
      review.unchanged.map((finding) => block(finding, proxies)),
    ),
  ].filter((part) => part !== '');
  if (review.blastRadius.length > 0) return groups;
  return ["**No proxy's effective configuration changes.**", ...groups];
}

function section(title: string, parts: readonly string[]): string {
  if (parts.length === 0) return '';
  return `<details><summary>${title}</summary>\n\n${parts.join('\n')}\n\n</details>`;
}
