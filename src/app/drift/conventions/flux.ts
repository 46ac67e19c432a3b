import type { FieldDifference } from '../../../compare/object/difference.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Convention } from './index.ts';

const prefix = 'kustomize.toolkit.fluxcd.io/';

/**
 * What an object's annotations tell Flux's kustomize-controller: `reconcile: disabled` leaves it as it is, `ssa: Ignore`
 * never applies it, `ssa: IfNotPresent` only creates it, `ssa: Merge` leaves fields that Git does not write.
 *
 * @param difference undefined where the object is in Git only
 */
export function fluxConvention(
  git: Resource,
  live: Resource,
  difference: FieldDifference | undefined,
): Convention | undefined {
  // The controller reads them from Git, and `reconcile` from the cluster as well.
  for (const resource of [git, live]) {
    const said = (name: string, ...values: string[]): Convention | undefined => {
      const value = resource.metadata.annotations[prefix + name];
      if (value === undefined || !values.some((it) => it.toLowerCase() === value.toLowerCase())) return undefined;
      const location = resource.locate(['metadata', 'annotations', prefix + name]);
      return { by: `Flux (${name}: ${value})`, ...(location ? { location } : {}) };
    };
    const found =
      said('reconcile', 'disabled') ??
      said('ssa', 'Ignore') ??
      (difference ? said('ssa', 'IfNotPresent') : undefined) ??
      (difference && isLiveOnly(difference) ? said('ssa', 'Merge') : undefined);
    if (found) return found;
  }
  return undefined;
}

function isLiveOnly({ kind, expected }: FieldDifference): boolean {
  return kind === 'extra' || (kind === 'changed' && (expected ?? undefined) === undefined);
}
