import { counted } from '../model/counted.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
import type { Review } from '../model/review.ts';
import { paints } from './paint.ts';
import { plain, wrapped } from './plain.ts';
import { proxiesInWords } from './proxies.ts';
import { shortened } from './shorten.ts';
import type { Style } from './types.ts';

/** What a review says beside what is introduced, a block each. */
export function reviewBlocks({ review }: Report, proxies: ReadonlyMap<string, ReportedProxy>, style: Style): string[] {
  if (review === undefined) return [];
  const { bold } = paints(style);
  const put = (line: string, indent = '  '): string => wrapped(plain(shortened(line)), style.width, indent);
  const brief = ({ severity, resource, field, message, code }: Finding): string =>
    put(`${severity} ${resource} ${field === '' ? '' : `${field} `}${message} (${code})`);
  const part = (title: string, lines: string[]): string[] =>
    lines.length === 0 ? [] : [[bold(title), ...lines].join('\n')];
  const none = ["No proxy's effective configuration changes."];
  return [
    put(summaryOf(review), ''),
    ...(review.blastRadius.length === 0 ? none : []),
    ...part(
      'What changes',
      limited(review.changes, ({ resource, field, kind, location, proxies: ids, effect }) => [
        put(`${kind} ${resource}${field === '' ? '' : ` ${field}`}`),
        ...(location ? [`    at ${plain(location.file)}:${location.line}:${location.column}`] : []),
        ...(effect === '' ? [] : [put(`effect: ${effect}`, '    ')]),
        put(`affects: ${proxiesInWords(ids, proxies)}`, '    '),
      ]),
    ),
    ...part(
      'Effective configuration that changes',
      limited(review.blastRadius, ({ proxies: ids, changes }) => [
        put(proxiesInWords(ids, proxies)),
        ...limited(changes, (change) => [put(change, '    ')], '    '),
      ]),
    ),
    ...part(
      'Requests that go another way',
      limited(review.requests, ({ from, curl, base, head }) => [
        // A command line stays in one piece, to be pasted.
        `  ${plain(curl)}`,
        put(`from ${from}: ${base} before, ${head} after`, '    '),
      ]),
    ),
    ...part(
      'Order of the rollout',
      review.rollout.map((step, index, all) => put(all.length > 1 ? `${index + 1}. ${step}` : step)),
    ),
    ...part(
      `Fixed by this change: ${review.fixed.length}`,
      limited(review.fixed, (it) => [brief(it)]),
    ),
    ...part(
      `As before: ${review.unchanged.length}`,
      limited(review.unchanged, (it) => [brief(it)]),
    ),
  ];
}

/** Beyond so many of a kind the rest is counted. */
const mostShown = 20;

function limited<Item>(items: readonly Item[], lines: (item: Item) => string[], indent = '  '): string[] {
  const shown = items.slice(0, mostShown).flatMap(lines);
  const more = items.length - mostShown;
  return more > 0 ? [...shown, `${indent}and ${more} more, which -o json has`] : shown;
}

/** The whole in one line. */
function summaryOf({ changes, blastRadius, requests, fixed, unchanged }: Review): string {
  const proxies = new Set(blastRadius.flatMap((it) => it.proxies)).size;
  const broken = requests.filter(({ breaks }) => breaks).length;
  const parts = [
    `${counted(new Set(changes.map(({ resource }) => resource)).size, 'object')} changed`,
    `${counted(proxies, 'proxy')} affected`,
    `${counted(requests.length, 'request')} going another way${broken > 0 ? ` (${broken} served before, and not after)` : ''}`,
    `${fixed.length} fixed`,
    `${unchanged.length} as before`,
  ];
  return parts.join(', ');
}
