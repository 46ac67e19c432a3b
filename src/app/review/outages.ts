import type { CompiledMesh } from '../../rules/types.ts';
import { askedMesh } from './ask.ts';
import { effectiveChanges } from './effective-changes.ts';
import { differences } from './requests.ts';
import type { DifferentRequest, Told } from './sides.ts';

/**
 * Requests that base and head serve, and a state in between does not.
 *
 * @param between the state of a rollout
 * @param memory of other states of the same rollout
 */
export function outages(
  base: CompiledMesh,
  between: CompiledMesh,
  head: CompiledMesh,
  memory: Map<string, Told[]>,
): DifferentRequest[] {
  return differences(
    { base: askedMesh(base), head: askedMesh(between), end: askedMesh(head), memory },
    effectiveChanges(base, between),
  );
}
