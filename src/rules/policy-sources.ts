import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';

/** One `source` of an AuthorizationPolicy, with its place. */
export interface Source {
  rule: number;
  from: number;
  source: JsonObject;
}

/** All sources of a policy's rules. */
export function sourcesOf(policy: Resource): Source[] {
  return objects(policy.spec['rules']).flatMap((rule, index) =>
    objects(rule['from']).flatMap((from, at) =>
      isObject(from['source']) ? [{ rule: index, from: at, source: from['source'] as JsonObject }] : [],
    ),
  );
}

/**
 * Whether a policy that allows lets nobody in: each of its rules asks where requests come from, and every source of it
 * matches nobody.
 */
export function allowsNobody(policy: Resource, isDead: (source: Source) => boolean): boolean {
  const allows = policy.spec['action'] === undefined || policy.spec['action'] === 'ALLOW';
  const sources = sourcesOf(policy);
  return (
    allows &&
    objects(policy.spec['rules']).every(
      (rule, index) => objects(rule['from']).length > 0 && sources.filter((it) => it.rule === index).every(isDead),
    )
  );
}

/** The texts of a list; none where it is no list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
