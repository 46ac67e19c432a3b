import pLimit from 'p-limit';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { getObject } from './api-client.ts';
import type { Connection } from './connection.ts';
import { kindName } from './kinds.ts';

/** What an API server serves: the path to list each kind at, by `plural.group`. */
export type Served = Map<string, string>;

/**
 * Asks which of the groups the server has, and in which version it serves each of their kinds. Of several versions the
 * one that the server itself prefers is taken, as kubectl does.
 */
export async function discover(
  connection: Connection,
  groups: Iterable<string>,
  signal?: AbortSignal,
): Promise<Served | Problem> {
  const wanted = new Set(groups);
  const answer = await getObject(connection, '/apis', undefined, signal);
  if (isProblem(answer)) return answer;
  const roots = [{ group: '', path: '/api/v1' }];
  for (const item of objects(answer.value['groups'])) {
    const group = String(item['name']);
    if (!wanted.has(group)) continue;
    for (const version of objects(item['versions']))
      roots.push({ group, path: `/apis/${String(version['groupVersion'])}` });
  }
  const limit = pLimit(8);
  const lists = await Promise.all(roots.map(({ path }) => limit(() => getObject(connection, path, undefined, signal))));
  const served: Served = new Map();
  for (const [index, list] of lists.entries()) {
    const { group, path } = roots[index]!;
    if (isProblem(list)) {
      // A group whose extension server is down is announced and then not found.
      if (list.code === 'not-found') continue;
      return list;
    }
    for (const resource of objects(list.value['resources'])) {
      const name = kindName({ plural: String(resource['name']), group });
      const lists = Array.isArray(resource['verbs']) && resource['verbs'].includes('list');
      // Versions come in the server's order of preference.
      if (lists && !served.has(name)) served.set(name, `${path}/${String(resource['name'])}`);
    }
  }
  return served;
}

function objects(value: unknown): JsonObject[] {
  return (Array.isArray(value) ? value : []).filter(isObject) as JsonObject[];
}
