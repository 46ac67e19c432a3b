import type { Message } from '../../../model/envoy.ts';
import type { Language } from '../../../rules/language/matcher.ts';
import { textIn } from '../../../rules/language/witness.ts';
import { pathsOf } from './languages.ts';

const anyPath = pathsOf({ prefix: '/' });

/** A path that all of the matches take and none of the others; undefined where none is found. */
export function pathBetween(inside: readonly Message[], outside: readonly Message[]): string | undefined {
  const [inner, outer] = [inside.map(pathsOf), outside.map(pathsOf)];
  if ([...inner, ...outer, anyPath].some((it) => it === undefined)) return undefined;
  const found = textIn([anyPath, ...inner] as Language[], outer as Language[]);
  return found !== undefined && isSendable(found) ? found : undefined;
}

/** Paths on a match, and just beside it. */
export function pathCandidates(match: Message): string[] {
  const template = match['path_match_policy']?.['typed_config']?.['path_template'];
  const literal = match['path'] ?? match['path_separated_prefix'] ?? match['prefix'];
  const bases =
    typeof template === 'string'
      ? [template.replace(/\*\*|\{[^}]*=\*\*\}/g, 'one/two').replace(/\*|\{[^}]*\}/g, 'one')]
      : typeof literal === 'string'
        ? [literal === '' ? '/' : literal]
        : match['safe_regex']
          ? examples(match)
          : ['/'];
  const found = bases.flatMap((path) => [
    path,
    ...(path.endsWith('/') ? [`${path}x`, path.slice(0, -1)] : [`${path}/x`, `${path}x`, `${path}/`]),
    path.slice(0, -1),
    swapped(path),
  ]);
  return [...new Set(found)].filter(isSendable);
}

/** The first few texts of a regular expression, each other than those before. */
function examples(match: Message): string[] {
  const found: string[] = [];
  while (found.length < 3) {
    const next = pathBetween(
      [match],
      found.map((path) => ({ path })),
    );
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

export function swapped(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

/** What can stand in the first line of a request as it is. */
export function isSendable(path: string): boolean {
  return /^\/[!-~]*$/.test(path) && !/[?#]/.test(path);
}
