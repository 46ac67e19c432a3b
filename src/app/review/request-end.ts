import type { Explanation, Outcome } from '../../explain/index.ts';
import type { Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { anyAddress } from './ask.ts';

/** How a request ends, for people and to compare. */
export interface End {
  words: string;
  /** What else the way to it does, by its name. */
  details: ReadonlyMap<string, string>;
  key: string;
  /** Nobody serves it: a proxy answers with an error of its own, or the connection ends. */
  fails: boolean;
  /** Chance decides whether somebody does. */
  mayFail: boolean;
}

export function endOf({ hop, outcome }: Explanation): End {
  const clusters = (hop?.clusters ?? []).map(({ cluster, weight }, _, all) =>
    all.length === 1 ? cluster : `${cluster} (${weight})`,
  );
  const words = [
    wordsOf(outcome),
    clusters.length > 0 ? `${outcome.decidedBy === 'outside' ? 'through' : 'from'} ${clusters.join(', ')}` : '',
    outcome.location ? `to ${outcome.location}` : '',
  ];
  const text = words.filter((it) => it !== '').join(' ');
  const details = new Map<string, string>();
  const add = (name: string, value: unknown): void => {
    const shown = JSON.stringify(value);
    if (shown !== undefined && shown !== '[]' && shown !== '{}') details.set(name, shown);
  };
  add('request headers', hop?.headerChanges);
  add('response headers', hop?.responseChanges);
  add('path or host', hop?.rewritten && { path: hop.rewritten.path, host: hop.rewritten.authority });
  for (const [name, value] of settingsOf(hop?.route)) add(name, value);
  const ends = outcome.ends ?? [];
  return {
    words: text,
    details,
    key: JSON.stringify([text, [...details]]),
    fails: isFailure(outcome) || (ends.length > 0 && ends.every(isFailure)),
    mayFail: ends.some(isFailure),
  };
}

function isFailure({ kind, status, upstream }: Outcome): boolean {
  return kind === 'answer' ? upstream === undefined && (status ?? 0) >= 400 : kind !== 'open';
}

/** `503 UH`, `95 % 200, 5 % 503 UH`, `passed on to 192.0.2.10:80`, `closed UF`. */
function wordsOf({ kind, status, flag, reason = 'open', decidedBy, by }: Outcome): string {
  const flags = flag === '-' ? '' : ` ${flag}`;
  if (kind === 'answer') return `${status ?? ''}${flags}`;
  if (kind !== 'open') return `${kind}${flags}`;
  if (decidedBy === 'chance') return reason.replace(/^chance: /, '');
  // Of a Service's address more is told than its name.
  const [to = ''] = by?.split(', ') ?? [];
  if (decidedBy === 'outside' && to !== '')
    return `passed on to ${to.startsWith(`${anyAddress}:`) ? 'where its name leads' : to}`;
  return `not known (${reason})`;
}

/** Whether who was served is no longer, or less often. */
export function breaks(base: End, head: End): boolean {
  const grade = ({ fails, mayFail }: End): number => (fails ? 2 : mayFail ? 1 : 0);
  return grade(head) > grade(base);
}

/** Fields of a route's action that say where a request goes, and are told by the end. */
const told = new Set([
  'cluster',
  'weighted_clusters',
  'cluster_header',
  'prefix_rewrite',
  'regex_rewrite',
  'path_rewrite_policy',
  'host_rewrite_literal',
  'host_rewrite_header',
  'host_rewrite_path_regex',
  'auto_host_rewrite',
]);

const names: Record<string, string> = {
  retry_policy: 'retries',
  request_mirror_policies: 'mirrors',
  hash_policy: 'hash',
  typed_per_filter_config: 'fault injection, CORS or other filters',
};

function settingsOf(route: Message | undefined): [string, unknown][] {
  const action = isObject(route?.['route']) ? route['route'] : {};
  const filters: [string, unknown][] = [['typed_per_filter_config', route?.['typed_per_filter_config']]];
  return [...Object.entries(action).filter(([field]) => !told.has(field)), ...filters].map(([field, value]) => [
    names[field] ?? field.replaceAll('_', ' '),
    value,
  ]);
}

/** Both ends in words; where these are equal, what else differs. */
export function bothInWords(base: End, head: End): { base: string; head: string } {
  if (base.words !== head.words) return { base: base.words, head: head.words };
  const other = [...new Set([...base.details.keys(), ...head.details.keys()])].filter(
    (name) => base.details.get(name) !== head.details.get(name),
  );
  return { base: base.words, head: `${head.words}, with other ${other.join(' and ')}` };
}

/** The words of ends for a connection of bytes: who takes it is known, and not what is answered. */
export function ofBytes<T extends { base: string; head: string }>(words: T): T {
  const plain = (text: string): string => text.replace(/^200 from /, 'connected to ').replace(/^200$/, 'connected');
  return { ...words, base: plain(words.base), head: plain(words.head) };
}
