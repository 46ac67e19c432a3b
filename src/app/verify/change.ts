import { type Resource, resourceKey } from '../../model/resource.ts';
import type { RegistryInput } from '../../registry/types.ts';
import { toResource } from '../../source/object.ts';
import type { Conventions } from '../drift/conventions/index.ts';
import { controllerOf } from '../drift/managers.ts';
import { differencesOf } from '../drift/objects.ts';
import { overlay } from '../drift/overlay.ts';

/** The two states between which the change lies, over one cluster. */
export interface Change {
  /** The cluster as it was before. */
  base: RegistryInput;
  /** The cluster as Git wants it. */
  head: RegistryInput;
}

/**
 * Lays Git over the cluster, once as it was and once as it is.
 *
 * @param head what Git says
 * @param since what Git said before; none: all that Git says is the change
 * @param conventions what the tool that applies Git leaves as it is
 */
export function changeOf(
  cluster: RegistryInput,
  head: readonly Resource[],
  since: readonly Resource[] = [],
  conventions?: Conventions,
): Change {
  const live = new Map(cluster.resources.map((resource) => [resourceKey(resource), resource]));
  const state = (own: readonly Resource[], other: readonly Resource[]): RegistryInput => {
    const kept = new Set(own.map(resourceKey));
    const gone = new Set(other.map(resourceKey).filter((key) => !kept.has(key)));
    const left = cluster.resources.filter((resource) => !gone.has(resourceKey(resource)));
    return {
      ...cluster,
      resources: overlay(
        left,
        own.map((it) => withOthers(it, live.get(resourceKey(it)), conventions)),
      ),
    };
  };
  return { base: state(since, head), head: state(head, since) };
}

/**
 * The object of Git with the values that Git does not decide: those that a controller of the cluster moves, and those that
 * the tool which applies Git is told to leave.
 */
function withOthers(git: Resource, live: Resource | undefined, conventions: Conventions | undefined): Resource {
  if (!live) return git;
  const owned = differencesOf(git, live).filter(
    (it) =>
      it.kind === 'changed' && (controllerOf(live, it.livePath) !== undefined || conventions?.ofField(git, live, it)),
  );
  if (owned.length === 0) return git;
  const object = structuredClone(git.object);
  for (const { path, live: value } of owned) {
    let parent: any = object;
    for (const step of path.slice(0, -1)) parent = parent?.[step];
    const key = path.at(-1);
    if (typeof parent === 'object' && parent !== null && key !== undefined) parent[key] = value;
  }
  return { ...toResource(object, 'git'), locate: git.locate };
}
