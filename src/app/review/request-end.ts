import type { Explanation } from '../../explain/index.ts';

/** How a request ends, for people and to compare. */
export interface End {
  words: string;
  key: string;
}

export function endOf({ hop, outcome }: Explanation): End {
  const clusters = (hop?.clusters ?? []).map(({ cluster, weight }, _, all) =>
    all.length === 1 ? cluster : `${cluster} (${weight})`,
  );
  const flag = outcome.flag === '-' ? '' : ` ${outcome.flag}`;
  const end = outcome.kind === 'answer' ? `${outcome.status ?? ''}${flag}` : `${outcome.kind}${flag}`;
  const words = [
    end,
    clusters.length > 0 ? `from ${clusters.join(', ')}` : '',
    outcome.location ? `to ${outcome.location}` : '',
  ];
  const text = words.filter((it) => it !== '').join(' ');
  return { words: text, key: JSON.stringify([text, hop?.headerChanges, hop?.rewritten]) };
}

/** Both ends in words; where these are equal, that something else differs. */
export function bothInWords(base: End, head: End): { base: string; head: string } {
  const same = base.words === head.words;
  return { base: base.words, head: same ? `${head.words}, with other headers or another path` : head.words };
}
