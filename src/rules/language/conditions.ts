import type { Message } from '../../model/envoy.ts';
import { includedIn } from './inclusion.ts';
import { valueLanguage } from './matcher.ts';

/** What a `RouteMatch` asks of a request besides its path, in lists that all must hold. */
const lists = ['headers', 'query_parameters', 'dynamic_metadata'] as const;

/** Fields of `RouteMatch` that are understood here; a match with others is left alone. */
const understood = new Set<string>([
  ...lists,
  'prefix',
  'path',
  'safe_regex',
  'path_separated_prefix',
  'case_sensitive',
]);

export function isUnderstood(match: Message): boolean {
  return Object.keys(match).every((key) => understood.has(key));
}

/** Whether every request that meets `narrow`'s conditions besides the path meets those of `wide`; false where it is not proven. */
export function conditionsImply(narrow: Message, wide: Message): boolean {
  return lists.every((list) => {
    const given = (narrow[list] ?? []) as Message[];
    return ((wide[list] ?? []) as Message[]).every((condition) => given.some((it) => implies(it, condition)));
  });
}

function implies(narrow: Message, wide: Message): boolean {
  if (JSON.stringify(narrow) === JSON.stringify(wide)) return true;
  if (narrow['name'] === undefined || narrow['name'] !== wide['name']) return false;
  if (narrow['invert_match'] || wide['invert_match'] || narrow['treat_missing_header_as_empty']) return false;
  if (wide['present_match'] === true) return narrow['string_match'] !== undefined;
  if (!narrow['string_match'] || !wide['string_match']) return false;
  const inner = valueLanguage(narrow['string_match']);
  const outer = valueLanguage(wide['string_match']);
  if (!inner || !outer) return false;
  const inclusion = includedIn(inner, [outer]);
  return inclusion !== 'unknown' && inclusion.included;
}
