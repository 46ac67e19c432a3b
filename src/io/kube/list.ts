import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { getObject } from './api-client.ts';
import type { Connection } from './connection.ts';
import type { Wanted } from './problems.ts';

const pageSize = 500;

/**
 * Lists all objects at `path`, page by page. Where the server has compacted away what a `continue` token stands for
 * (410 Gone) the list is begun again in one piece, which cannot expire (client-go's pager does the same).
 *
 * @param each sees each object as its page comes, and may take out of it what is not to be kept
 * @returns complete objects: apiVersion and kind, which typed lists leave out of their items, are filled in
 */
export async function listObjects(
  connection: Connection,
  path: string,
  wanted: Wanted,
  signal?: AbortSignal,
  each: (object: JsonObject) => void = () => undefined,
): Promise<JsonObject[] | Problem> {
  let items: JsonObject[] = [];
  let page: Record<string, string> = { limit: String(pageSize) };
  for (;;) {
    const search = new URLSearchParams(page);
    const answer = await getObject(connection, search.size > 0 ? `${path}?${search}` : path, wanted, signal);
    if (isProblem(answer)) return answer;
    if (answer.status === 410) {
      if (page['continue'] === undefined)
        return {
          code: 'server',
          message: `the API server cannot list ${wanted.resource} (410 Gone)`,
          advice: 'Try again.',
        };
      items = [];
      page = {};
      continue;
    }
    const { apiVersion, kind, metadata } = answer.value;
    const itemKind = String(kind).replace(/List$/, '');
    for (const item of Array.isArray(answer.value['items']) ? answer.value['items'] : [])
      if (isObject(item)) {
        const object: JsonObject = { apiVersion, kind: itemKind, ...(item as JsonObject) };
        each(object);
        items.push(object);
      }
    const next = isObject(metadata) ? metadata['continue'] : undefined;
    if (typeof next !== 'string' || next === '') return items;
    page = { limit: String(pageSize), continue: next };
  }
}
