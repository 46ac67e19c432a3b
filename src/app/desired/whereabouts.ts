import { type Resource, resourceKey } from '../../model/resource.ts';
import type { TreeEntry } from '../../source/tree.ts';
import type { Whereabouts } from '../../source/whereabouts.ts';
import type { Source } from './open.ts';

export async function whereaboutsOf(
  _source: Source,
  _entries: readonly TreeEntry[],
  _read: readonly string[],
  _namespace: string,
  _signal?: AbortSignal,
): Promise<(resources: readonly Resource[], signal?: AbortSignal) => Promise<Map<string, Whereabouts>>> {
  return async (resources) =>
    new Map(resources.map((it) => [resourceKey(it), { kind: 'unknown', reason: 'not looked for' }]));
}
