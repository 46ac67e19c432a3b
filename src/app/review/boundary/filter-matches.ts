import type { Message } from '../../../model/envoy.ts';
import { isObject as isJsonObject } from '../../../model/json.ts';

/**
 * What filters (RBAC, JWT) look at in requests, as matches of routes: one for each group of conditions that belong
 * together (`and_rules`, `and_ids`), and one for each condition.
 */
export function filterMatches(filters: unknown): Message[] {
  const found = new Map<string, Message>();
  const add = (match: Message | undefined): void => {
    if (match) found.set(JSON.stringify(match), match);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isObject(value)) return;
    const together = value['and_rules']?.['rules'] ?? value['and_ids']?.['ids'];
    if (Array.isArray(together)) add(joined(together.map(first)));
    if (Array.isArray(value['permissions']) && Array.isArray(value['principals']))
      for (const permission of value['permissions'])
        for (const id of value['principals']) add(joined([first(permission), first(id)]));
    add(single(value));
    if (isObject(value['match']) && value['requires'] !== undefined) add(value['match']);
    Object.values(value).forEach(visit);
  };
  visit(filters);
  return [...found.values()];
}

/** One way to meet a rule: of alternatives the first. */
function first(rule: unknown): Message | undefined {
  if (!isObject(rule)) return undefined;
  const all = rule['and_rules']?.['rules'] ?? rule['and_ids']?.['ids'];
  if (Array.isArray(all)) return joined(all.map(first));
  const any = rule['or_rules']?.['rules'] ?? rule['or_ids']?.['ids'];
  if (Array.isArray(any)) return any.map(first).find((it) => it !== undefined);
  return single(rule);
}

function joined(matches: readonly (Message | undefined)[]): Message | undefined {
  const known = matches.filter((it) => it !== undefined);
  if (known.length === 0) return undefined;
  const path = known.find((it) => !('prefix' in it) || it['prefix'] !== '/') ?? { prefix: '/' };
  return { ...path, headers: known.flatMap((it) => it['headers'] ?? []) };
}

function single(rule: Message): Message | undefined {
  if (isObject(rule['header']) && rule['header']['name'] !== undefined)
    return { prefix: '/', headers: [rule['header']] };
  const path = rule['url_path']?.['path'];
  if (isObject(path)) return ofPath(path);
  const template = rule['uri_template'];
  return isObject(template) ? { path_match_policy: template } : undefined;
}

/** A StringMatcher of paths as the match of a route. */
export function ofPath(matcher: Message): Message {
  const fold = matcher['ignore_case'] === true ? { case_sensitive: false } : {};
  if (typeof matcher['exact'] === 'string') return { path: matcher['exact'], ...fold };
  if (typeof matcher['prefix'] === 'string') return { prefix: matcher['prefix'], ...fold };
  if (matcher['safe_regex']) return { safe_regex: matcher['safe_regex'] };
  const text = matcher['suffix'] ?? matcher['contains'] ?? '';
  const quoted = String(text).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return { safe_regex: { regex: `.*${quoted}${matcher['contains'] === undefined ? '' : '.*'}` } };
}

function isObject(value: unknown): value is Message {
  return isJsonObject(value);
}
