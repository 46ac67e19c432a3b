import { methods } from '../../../explain/http/malformed.ts';
import type { Message } from '../../../model/envoy.ts';
import type { Language } from '../../../rules/language/matcher.ts';
import { textIn } from '../../../rules/language/witness.ts';
import { valuesOf } from './languages.ts';
import { swapped } from './path-candidates.ts';

/** What clients ask for most, then the others that Envoy's parser takes. A tunnel (CONNECT) is no request of curl's. */
const usual = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const sendableMethods = [...new Set([...usual, ...methods])].filter((it) => it !== 'CONNECT');

/** Values on a matcher of a header or a query parameter, and just beside it. */
export function valueCandidates(matcher: Message): string[] {
  // Any other method is refused before it is routed, so that no text beside one is of use.
  if (String(matcher['name']).toLowerCase() === ':method') return sendableMethods;
  const text = matcher['string_match'];
  if (!text) return matcher['range_match'] ? numbersAt(matcher['range_match']) : ['1'];
  const literal = text['exact'] ?? text['prefix'] ?? text['suffix'] ?? text['contains'];
  const language = valuesOf(text);
  const value: string | undefined = literal ?? (language && textIn([language]));
  if (value === undefined) return [];
  return [value, `${value}x`, `x${value}`, value.slice(0, -1), value.slice(1), swapped(value), 'other'];
}

/** A value that all of the matchers take and none of the others; undefined where none is found. */
export function valueBetween(inside: readonly Message[], outside: readonly Message[]): string | undefined {
  const all = [...inside, ...outside].map((it) => (it['string_match'] ? valuesOf(it['string_match']) : undefined));
  if (inside.length === 0 || all.some((it) => it === undefined)) return undefined;
  return textIn(all.slice(0, inside.length) as Language[], all.slice(inside.length) as Language[]);
}

function numbersAt({ start = 0, end = 0 }: Message): string[] {
  const [from, to] = [BigInt(start), BigInt(end)];
  return [from, from - 1n, to - 1n, to].map(String);
}
