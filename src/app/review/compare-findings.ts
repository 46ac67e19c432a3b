import type { Finding } from '../../model/finding.ts';

/** Findings of two states of one mesh, told apart. */
export interface Compared {
  introduced: Finding[];
  fixed: Finding[];
  unchanged: Finding[];
}

/**
 * Pairs the findings of base and head. No line number counts, so moved and renamed files change nothing; a route that
 * only moved in its list keeps its finding, and so does one whose words changed.
 */
export function compareFindings(base: readonly Finding[], head: readonly Finding[]): Compared {
  const unchanged: Finding[] = [];
  let olds = [...base];
  let news = [...head];
  for (const identity of identities) {
    const known = Map.groupBy(olds, identity);
    news = news.filter((finding) => {
      const partner = known.get(identity(finding))?.shift();
      if (!partner) return true;
      olds = olds.filter((it) => it !== partner);
      unchanged.push(finding);
      return false;
    });
  }
  return { introduced: news, fixed: olds, unchanged };
}

const identities: readonly ((finding: Finding) => string)[] = [
  ({ code, resource, field, message }) => [code, resource, field, message].join('\n'),
  ({ code, resource, field, message }) => [code, resource, anyIndex(field), message].join('\n'),
  ({ code, resource, field }) => [code, resource, field].join('\n'),
];

function anyIndex(field: string): string {
  return field.replace(/\[\d+\]/g, '[*]');
}
