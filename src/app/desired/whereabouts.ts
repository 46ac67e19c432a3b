import { readBlobs } from '../../io/git/blobs.ts';
import { type FormerFile, formerFiles } from '../../io/git/history.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { readManifest } from '../../source/manifest.ts';
import { decode, type TreeEntry } from '../../source/tree.ts';
import type { Whereabouts } from '../../source/whereabouts.ts';
import { readManifests } from './manifests.ts';
import type { Source } from './open.ts';

export type FindWhereabouts = (
  resources: readonly Resource[],
  signal?: AbortSignal,
) => Promise<Map<string, Whereabouts>>;

/** How long the history may be searched. */
const historyTimeout = 5000;

/**
 * Makes the search for objects that are not among those read. The other files of the commit are read when they are first
 * needed, or at once where the source is about to be removed.
 *
 * @param outside files of the commit that could hold manifests and were not read
 */
export async function whereaboutsOf(
  source: Source,
  outside: readonly TreeEntry[],
  namespace: string,
  signal?: AbortSignal,
): Promise<FindWhereabouts> {
  let others: Promise<Map<string, Resource>> | undefined;
  const readOthers = async (): Promise<Map<string, Resource>> => {
    const { resources } = await readManifests(source.tree, outside, namespace);
    return new Map(resources.map((resource) => [resourceKey(resource), resource]));
  };
  if (source.temporary) {
    signal?.throwIfAborted();
    others = Promise.resolve(await readOthers());
  }
  return async (resources, abort) => {
    others ??= readOthers();
    const elsewhere = await others;
    const found = new Map<string, Whereabouts>();
    const left: Resource[] = [];
    for (const resource of resources) {
      const location = elsewhere.get(resourceKey(resource))?.locate([]);
      if (location) found.set(resourceKey(resource), { kind: 'elsewhere', location });
      else left.push(resource);
    }
    for (const [key, place] of await inHistory(source, left, namespace, abort)) found.set(key, place);
    return found;
  };
}

/** Looks for objects in earlier commits: the newest one that took each away. */
async function inHistory(
  source: Source,
  resources: readonly Resource[],
  namespace: string,
  signal?: AbortSignal,
): Promise<Map<string, Whereabouts>> {
  const all = (place: Whereabouts): Map<string, Whereabouts> =>
    new Map(resources.map((resource) => [resourceKey(resource), place]));
  if (resources.length === 0) return new Map();
  const { history } = source;
  if (!history) return all({ kind: 'unknown', reason: 'no history is at hand' });
  const names = [...new Set(resources.map(({ metadata }) => metadata.name))];
  const former = await formerFiles(history.root, source.commit, names, { timeout: historyTimeout, signal });
  if (!former)
    return all({ kind: 'unknown', reason: `searching the history took more than ${historyTimeout / 1000} s` });
  const none: Whereabouts = history.shallow ? { kind: 'unknown', reason: 'the clone is shallow' } : { kind: 'never' };
  const result = all(none);
  const contents = await readBlobs(
    history.root,
    former.map(({ oid }) => oid),
    signal,
  );
  for (const file of [...former].reverse()) {
    const content = decode(contents.get(file.oid));
    if ('skipped' in content) continue;
    for (const resource of readManifest(file.path, content.text, { namespace }).resources) {
      const key = resourceKey(resource);
      if (result.has(key)) result.set(key, dropped(file, resource));
    }
  }
  return result;
}

function dropped({ commit, date, subject, path }: FormerFile, resource: Resource): Whereabouts {
  return {
    kind: 'dropped',
    commit,
    date,
    subject,
    location: resource.locate([]) ?? { file: path, line: 1, column: 1 },
  };
}
