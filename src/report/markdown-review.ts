import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import { reviewDiffs } from './envoy-diff.ts';
import { markdownCode, markdownFence, markdownText } from './markdown-escape.ts';
import { proxiesInWords } from './proxies.ts';
import { shortened } from './shorten.ts';

type Block = (finding: Finding, proxies: ReadonlyMap<string, ReportedProxy>) => string;

/** A part of a comment that is folded; of its items as many are shown as there is room for. */
export interface Section {
  title: string;
  items: readonly string[];
}

/** What of a review is not folded: that nothing changes, or that requests fail which did not. */
export function reviewLead({ review }: Report): string[] {
  if (review === undefined) return [];
  if (review.blastRadius.length === 0) return ["\n**No proxy's effective configuration changes.**"];
  const broken = review.requests.filter(({ breaks }) => breaks);
  const [first] = broken;
  if (!first) return [];
  const many = broken.length === 1 ? 'A request is' : `${broken.length} requests are`;
  const such = broken.length === 1 ? '' : ', such as';
  return [
    `\n**${many} served before this change, and not after it**${such === '' ? ':' : such} ${markdownCode(first.curl)} (${markdownText(first.head)}).`,
  ];
}

/** What a review says beside what is introduced, a part each, in the order of importance. */
export function reviewSections(
  { review }: Report,
  proxies: ReadonlyMap<string, ReportedProxy>,
  block: Block,
): Section[] {
  if (review === undefined) return [];
  return [
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
                  limited(lines).map((it) => shortened(it)),
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
  ].filter(({ items }) => items.length > 0);
}

const longestDiff = 40;

function limited(lines: readonly string[]): string[] {
  const left = lines.length - longestDiff;
  return left > 0 ? [...lines.slice(0, longestDiff), `... ${left} more lines`] : [...lines];
}

function section(title: string, items: readonly string[]): Section {
  return { title, items };
}
