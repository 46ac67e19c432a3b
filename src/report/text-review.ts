import type { Finding } from '../model/finding.ts';
import type { Report, ReportedProxy } from '../model/report.ts';
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
    ...(review.blastRadius.length === 0 ? none : []),
    ...part(
      'What changes',
      review.changes.flatMap(({ resource, field, kind, location, proxies: ids, effect }) => [
        put(`${kind} ${resource}${field === '' ? '' : ` ${field}`}`),
        ...(location ? [`    at ${plain(location.file)}:${location.line}:${location.column}`] : []),
        ...(effect === '' ? [] : [put(`effect: ${effect}`, '    ')]),
        put(`affects: ${proxiesInWords(ids, proxies)}`, '    '),
      ]),
    ),
    ...part(
      'Effective configuration that changes',
      review.blastRadius.flatMap(({ proxies: ids, changes }) => [
        put(proxiesInWords(ids, proxies)),
        ...changes.map((change) => put(change, '    ')),
      ]),
    ),
    ...part(
      'Requests that go another way',
      review.requests.flatMap(({ from, curl, base, head }) => [
        // A command line stays in one piece, to be pasted.
        `  ${plain(curl)}`,
        put(`from ${from}: ${base} before, ${head} after`, '    '),
      ]),
    ),
    ...part(
      'Order of the rollout',
      review.rollout.map((step, index) => put(`${index + 1}. ${step}`)),
    ),
    ...part(`Fixed by this change: ${review.fixed.length}`, review.fixed.map(brief)),
    ...part(`As before: ${review.unchanged.length}`, review.unchanged.map(brief)),
  ];
}
