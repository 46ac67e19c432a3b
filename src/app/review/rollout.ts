import type { Finding } from '../../model/finding.ts';
import { type Resource, resourceKey, resourceName } from '../../model/resource.ts';
import type { RegistryInput } from '../../registry/types.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { compareFindings } from './compare-findings.ts';
import { type ChangedObject, type Hazards, orderHazards } from './hazards.ts';
import { outages } from './outages.ts';
import type { Told } from './sides.ts';
import { type ReviewedStates, withChanges } from './states.ts';

/** What a rollout is judged by. */
export interface RolloutInput {
  states: ReviewedStates;
  base: CompiledMesh;
  head: CompiledMesh;
  /** Findings of base and head. */
  ends: readonly Finding[];
  /** A state between them, and what the rules say of it. */
  compile(input: RegistryInput): CompiledMesh;
  judge(mesh: CompiledMesh): Finding[];
  signal?: AbortSignal;
}

/**
 * The hazards of rolling out a change: errors that the rules find on the way, and requests that fail there. That an object
 * is not in force yet (a conflict, a route that another hides) is no trouble on the way: the requests tell whether it is.
 *
 * @throws the signal's reason
 */
export function rolloutHazards(changed: readonly ChangedObject[], input: RolloutInput): Hazards {
  const { states, base, head, ends, signal } = input;
  const memory = new Map<string, Told[]>();
  return orderHazards(changed, base.proxies.length, (keys) => {
    signal?.throwIfAborted();
    const mesh = input.compile(withChanges(states, keys));
    const findings = compareFindings(ends, input.judge(mesh)).introduced.filter(
      ({ severity, kind }) => severity === 'error' && kind !== 'conflict' && kind !== 'shadowed',
    );
    return { findings, requests: outages(base, mesh, head, memory) };
  });
}

/** The objects of a change in the order of files and of documents in them, which is how most tools apply them; deleted ones last. */
export function asTheyStand(
  keys: readonly string[],
  base: readonly Resource[],
  head: readonly Resource[],
): ChangedObject[] {
  const [olds, news] = [base, head].map((all) => new Map(all.map((resource) => [resourceKey(resource), resource])));
  const objects = keys.flatMap((key): ChangedObject[] => {
    const resource = news?.get(key) ?? olds?.get(key);
    return resource ? [{ key, resource, former: olds?.get(key), deleted: news?.get(key) === undefined }] : [];
  });
  return objects.sort((a, b) => {
    if (a.deleted !== b.deleted) return Number(a.deleted) - Number(b.deleted);
    const [one, other] = [a.resource.locate([]), b.resource.locate([])];
    if (!one || !other) return Number(!one) - Number(!other);
    return one.file < other.file ? -1 : one.file > other.file ? 1 : one.line - other.line;
  });
}

/** In words: nothing to say of one object; an order that is safe where the order matters, or that there is none. */
export function rolloutInWords({ order }: Hazards, changed: readonly ChangedObject[]): string[] {
  if (changed.length < 2) return [];
  switch (order.kind) {
    case 'any':
      return ['any order: no state in between has errors of its own.'];
    case 'none':
      return ['needs two steps: in every order there is a state with errors that neither base nor head has.'];
    case 'not-found':
      return ['no safe order was found among the states that were tried; roll it out in two steps.'];
    case 'untried':
      return ['orders were not tried out: too many objects change at once.'];
    default: {
      const byKey = new Map(changed.map((it) => [it.key, it]));
      return order.keys.map((key) => {
        const object = byKey.get(key);
        return object ? `${object.deleted ? 'delete' : 'apply'} ${resourceName(object.resource)}` : key;
      });
    }
  }
}
