import { headerMatch } from '../../../explain/match/header-match.ts';
import type { Message } from '../../../model/envoy.ts';
import { objects } from '../../../model/json.ts';
import { bare } from './conditions.ts';
import type { MatchSides } from './index.ts';

export function asksForScheme(match: Message): boolean {
  return schemeMatchers(match).length > 0;
}

/** The matches that a request of the scheme can meet. What else they ask for stays. */
export function withScheme({ base, head, changed, filters, domains }: MatchSides, scheme: string): MatchSides {
  const meets = (match: Message): boolean =>
    schemeMatchers(match).every((it) => headerMatch(it).test(bare({ scheme })) === true);
  return {
    base: base.filter(meets),
    head: head.filter(meets),
    changed: changed.filter(meets),
    ...(filters ? { filters: filters.filter(meets) } : {}),
    ...(domains ? { domains } : {}),
  };
}

function schemeMatchers(match: Message): Message[] {
  return (objects(match['headers']) as Message[]).filter((it) => String(it['name']).toLowerCase() === ':scheme');
}
