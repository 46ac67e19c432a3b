import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import type { ReviewedChange } from '../../model/review.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { EffectOracle } from '../drift/effect.ts';
import { type Effects, gitDriftFindings } from '../drift/git-drift.ts';
import { objectDrifts } from '../drift/objects.ts';
import { RestOfChange } from '../drift/rest-of-change.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { involvedProxies } from './involved.ts';
import type { ReviewedStates } from './states.ts';

/** Beyond so many proxies to compile, each for each object, it is told by origins who changes because of an object. */
const mostCompiled = 3000;

/** Both sides compiled, and the proxies that change. */
interface EffectiveMesh {
  base: CompiledMesh;
  head: CompiledMesh;
  effective: readonly EffectiveChange[];
}

/**
 * What a change does object by object, and field by field, each with the proxies that hold something else because of it
 * alone, or because of it and the rest of the change. Differences of spelling, and files that only moved, are no changes.
 *
 * @throws the signal's reason
 */
export async function changesOf(
  states: ReviewedStates,
  { base, head, effective }: EffectiveMesh,
  baseGit: readonly Resource[],
  headGit: readonly Resource[],
  signal?: AbortSignal,
): Promise<ReviewedChange[]> {
  const byId = new Map(base.proxies.map((proxy) => [proxy.id, proxy]));
  const held = new Map(states.base.resources.map((resource) => [resourceKey(resource), resource]));
  const before = baseGit.map((resource) => held.get(resourceKey(resource)) ?? resource);
  const drifts = objectDrifts(headGit, before, () => true);
  const alone = drifts.length * base.proxies.length <= mostCompiled;
  const oracle = alone
    ? new EffectOracle(states.base, base.proxies, (proxy: Proxy) => base.config(byId.get(proxy.id) ?? proxy), signal)
    : involvedProxies(base, head, effective);
  const stands = new Map(states.head.resources.map((resource) => [resourceKey(resource), resource]));
  // Of an object that is refused the head has what the base has.
  const isRefused = (git: Resource): boolean =>
    stands.get(resourceKey(git)) === undefined || stands.get(resourceKey(git)) === held.get(resourceKey(git));
  const rest = new RestOfChange(states.head, head, signal);
  const changes: ReviewedChange[] = [];
  for (const drift of drifts) {
    const refused = drift.kind !== 'unmanaged' && isRefused(drift.git);
    const kind = drift.kind === 'not-applied' ? 'added' : drift.kind === 'unmanaged' ? 'deleted' : 'changed';
    const file = drift.kind === 'unmanaged' ? drift.live : drift.git;
    for (const finding of await gitDriftFindings(drift, refused ? nobody : oracle)) {
      const own = new Set(finding.proxies);
      // What does nothing alone may do something that another part takes back.
      const possible = own.size === 0 ? head.proxies : effective.map(({ proxy }) => proxy);
      const others = possible.filter(({ id }) => !own.has(id));
      const together = alone && !refused && others.length > 0 ? await rest.without(drift, finding.field, others) : [];
      const proxies = [...own, ...together].sort();
      changes.push({
        resource: finding.resource,
        field: finding.field,
        kind,
        location: finding.location ?? file.locate([]),
        ...(kind === 'changed' ? { head: finding.expected, base: finding.live } : {}),
        proxies,
        // Of an object that moves to another namespace, drift says what becomes of the other one.
        effect: refused
          ? 'none: the object is refused.'
          : drift.kind !== 'changed' && drift.twin
            ? finding.effect
            : effectOf(proxies.length, alone && (own.size > 0 || together.length === 0)),
      });
    }
    signal?.throwIfAborted();
  }
  return changes;
}

/** What a change does that is not applied. */
const nobody: Effects = { change: () => Promise.resolve({ proxies: [], differences: [] }) };

function effectOf(proxies: number, alone: boolean): string {
  if (proxies === 0) return 'no proxy holds anything else because of it.';
  return `${alone ? 'changes' : 'has a part in what changes for'} ${proxies} prox${proxies === 1 ? 'y' : 'ies'}.`;
}

/** The objects that differ between the two sides in what they mean or how they are written. */
export function changedObjects(
  states: ReviewedStates,
  baseGit: readonly Resource[],
  headGit: readonly Resource[],
): string[] {
  const held = new Map(states.base.resources.map((resource) => [resourceKey(resource), resource]));
  const before = baseGit.map((resource) => held.get(resourceKey(resource)) ?? resource);
  return objectDrifts(headGit, before, () => true)
    .filter((drift) => drift.kind !== 'changed' || drift.differences.some((it) => !it.weak))
    .map((drift) => resourceKey(drift.kind === 'unmanaged' ? drift.live : drift.git));
}
