import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';

/**
 * The rows of an answer to `/debug/syncz`: a list of them, `null` from an istiod without proxies, or what comes over xDS
 * (Envoy's CSDS): the `resources` of a discovery response, each alone or under `resource`, or the `config` of a status
 * response. Undefined for anything else.
 */
export function syncRows(answer: unknown): JsonObject[] | undefined {
  const list = isObject(answer) ? (answer['resources'] ?? answer['config']) : (answer ?? []);
  if (!Array.isArray(list) || !list.every((row) => isObject(row))) return undefined;
  return (list as JsonObject[]).map((row) => (isObject(row['resource']) ? (row['resource'] as JsonObject) : row));
}
