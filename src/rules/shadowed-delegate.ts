import { isObject, objects } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';

/** A dead http rule, and the objects whose routes take its requests. */
export interface DeadRule {
  place: Origin;
  takers: readonly (Resource | undefined)[];
}

/**
 * Where a delegate as a whole is dead because of routes that are not its own, the fault is the order in its root: the root's
 * rule that delegates, instead of each of the delegate's. Undefined where that is not so, or is not clear.
 *
 * @param root the VirtualService that the rule is a part of, its own or that of a delegate
 * @param dead all dead rules that are found
 */
export function rootOf(root: Resource | undefined, place: Origin, dead: readonly DeadRule[]): Origin | undefined {
  const delegate = place.resource;
  if (!root || root === delegate || delegate.kind !== 'VirtualService') return undefined;
  const siblings = dead.filter((it) => it.place.resource === delegate);
  const foreign = siblings.every(({ takers }) => takers.every((taker) => taker !== delegate));
  if (!foreign || siblings.length < objects(delegate.spec['http']).length) return undefined;
  const delegating = objects(root.spec['http']).flatMap((http, index) =>
    isFor(http['delegate'], delegate, root) ? [index] : [],
  );
  const [only, ...others] = delegating;
  return only === undefined || others.length > 0 ? undefined : { resource: root, path: ['spec', 'http', only] };
}

function isFor(reference: unknown, { metadata }: Resource, root: Resource): boolean {
  if (!isObject(reference)) return false;
  const namespace = reference['namespace'] || root.metadata.namespace;
  return reference['name'] === metadata.name && namespace === metadata.namespace;
}
