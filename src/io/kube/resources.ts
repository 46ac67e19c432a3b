import pLimit from 'p-limit';
import { withAdvice } from '../../model/advice.ts';
import type { Problem, Skipped } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { isKubernetesObject, toResource } from '../../source/object.ts';
import { applications, slimApplication } from './applications.ts';
import type { Connection } from './connection.ts';
import type { Served } from './discovery.ts';
import { discover } from './discovery.ts';
import type { Kind } from './kinds.ts';
import { kindName, kinds } from './kinds.ts';
import { listObjects } from './list.ts';
import { dropUnread } from './unread-fields.ts';

/** Lists under way at a time. */
const parallel = 8;

export interface ReadResources {
  resources: Resource[];
  skipped: Skipped[];
}

/**
 * Reads all objects of all kinds, in all namespaces: config of any of them may apply to any proxy. A kind that is not
 * served or may not be listed is skipped, with what is hidden by that; the others go on.
 *
 * @param whole keep what only a capture reads; by default such fields of kinds that are no config are dropped
 * @param onKind called when a kind has been read
 * @returns a problem where the server as a whole cannot be talked to
 */
export async function readResources(
  connection: Connection,
  signal?: AbortSignal,
  whole = false,
  onKind: (done: number, total: number) => void = () => undefined,
): Promise<ReadResources | Problem> {
  const served = await discover(connection, new Set(kinds.map((kind) => kind.group)), signal);
  if (isProblem(served)) return served;
  const limit = pLimit(parallel);
  let done = 0;
  const lists = kinds.map((kind) =>
    limit(async () => {
      const outcome = await readKind(connection, kind, served, whole, signal);
      onKind(++done, kinds.length);
      return outcome;
    }),
  );
  const read: ReadResources = { resources: [], skipped: [] };
  let unreachable: Problem | undefined;
  for (const outcome of await Promise.all(lists)) {
    if (Array.isArray(outcome)) for (const resource of outcome) read.resources.push(resource);
    else if (isWholeServer(outcome)) unreachable ??= outcome.problem;
    else read.skipped.push(outcome.skipped);
  }
  return unreachable ?? read;
}

/** A kind that gave no list: the row for the report, and the problem behind it. */
export interface NotRead {
  skipped: Skipped;
  problem?: Problem;
}

async function readKind(
  connection: Connection,
  kind: Kind,
  served: Served,
  whole: boolean,
  signal?: AbortSignal,
): Promise<Resource[] | NotRead> {
  const what = kindName(kind);
  const path = served.get(what);
  if (path === undefined && kind.optional) return [];
  if (path === undefined) {
    const message = `the API server does not serve ${what}: its CRD is not installed`;
    return { skipped: { what, reason: 'not-served', message, hides: '', essential: kind.essential } };
  }
  const wanted = { verb: 'list', resource: kind.plural, group: kind.group, hides: kind.hides };
  const trim =
    what === applications ? slimApplication : kind.config ? undefined : whole ? dropManagedFields : dropUnread(what);
  const items = await listObjects(connection, path, wanted, signal, trim);
  if (isProblem(items)) return notRead(what, items, kind.hides, kind.essential);
  return items.filter(isKubernetesObject).map((item) => toResource(item, 'api'));
}

export function notRead(what: string, problem: Problem, hides: string, essential: boolean): NotRead {
  const names = problem.message.includes(what.split('.')[0] ?? what);
  const message = withAdvice(`${names ? '' : `${what}: `}${problem.message}`, problem.advice);
  return { skipped: { what, reason: problem.code, message, hides, essential }, problem };
}

/** Half the size of a Pod, and of interest for config alone. */
function dropManagedFields(object: JsonObject): void {
  if (isObject(object['metadata'])) delete object['metadata']['managedFields'];
}

/** Problems that would be the same for every kind. */
function isWholeServer(outcome: NotRead): outcome is NotRead & { problem: Problem } {
  const code = outcome.problem?.code;
  return code === 'unauthorized' || code === 'unreachable' || code === 'tls' || code === 'aborted' || code === 'config';
}
