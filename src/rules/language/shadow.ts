import type { Message, Route } from '../../model/envoy.ts';
import { Automaton } from './automaton.ts';
import { conditionsImply, isUnderstood } from './conditions.ts';
import { includedIn } from './inclusion.ts';
import { complement, universe } from './intervals.ts';
import { type Language, pathLanguage } from './matcher.ts';
import { neverMatches } from './never.ts';

const languages = new WeakMap<Message, { language: Language | undefined }>();

/**
 * The routes of a virtual host that no request reaches, because earlier ones take all that they match: by index, with
 * the routes that take it. What cannot be proven is not in it.
 */
export function shadowedRoutes(routes: readonly Route[]): Map<number, Route[]> {
  const found = new Map<number, Route[]>();
  for (const [index, route] of routes.entries()) {
    const takers = takersOf(route, routes.slice(0, index));
    if (takers) found.set(index, takers);
  }
  return found;
}

function takersOf(route: Route, earlier: readonly Route[]): Route[] | undefined {
  const inner = languageOf(route.match);
  // What no request meets by itself is not for want of an earlier route.
  if (!inner || neverMatches(route.match)) return undefined;
  const candidates = earlier.flatMap((other) => {
    const language = languageOf(other.match);
    return language && conditionsImply(route.match, other.match) ? [{ other, language }] : [];
  });
  // Mostly one alone takes everything, and names the cause best.
  for (const { other, language } of candidates)
    if (literally(route.match, other.match) ?? covers(inner, [language])) return [other];
  if (candidates.length < 2) return undefined;
  const all = candidates.map(({ language }) => language);
  return covers(inner, all) ? candidates.map(({ other }) => other) : undefined;
}

/** The same by comparing texts, where both are plain prefixes or paths; undefined where it takes more. */
function literally(narrow: Message, wide: Message): boolean | undefined {
  const simple = [narrow, wide].every(
    (it) => it['case_sensitive'] !== false && (it['path'] ?? it['prefix']) !== undefined,
  );
  if (!simple) return undefined;
  const text = narrow['path'] ?? narrow['prefix'];
  if (wide['path'] !== undefined) return narrow['path'] === wide['path'];
  return String(text).startsWith(wide['prefix']);
}

function covers(inner: Language, outer: readonly Language[]): boolean {
  const inclusion = includedIn(inner, [...outer, noPath]);
  return inclusion !== 'unknown' && inclusion.included;
}

function languageOf(match: Message): Language | undefined {
  let known = languages.get(match);
  if (!known) {
    known = { language: isUnderstood(match) ? pathLanguage(match) : undefined };
    languages.set(match, known);
  }
  return known.language;
}

/** What no path is: empty, or without a slash at its beginning. */
const noPath: Language = (() => {
  const automaton = new Automaton();
  const slash = '/'.charCodeAt(0);
  const first = automaton.state();
  automaton.step(0, complement([[slash, slash]], universe), first);
  automaton.step(first, universe, first);
  const end = automaton.state();
  automaton.join(0, end);
  automaton.join(first, end);
  automaton.accept = end;
  return { automaton, all: universe };
})();
