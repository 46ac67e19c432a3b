import type { FieldDifference } from '../../../compare/object/difference.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Convention } from './index.ts';

const kustomize = 'kustomize.toolkit.fluxcd.io/';
const helm = 'helm.toolkit.fluxcd.io/';

/**
 * What an object's annotations tell Flux's kustomize-controller: `reconcile: disabled` leaves it as it is, `ssa: Ignore`
 * never applies it, `ssa: IfNotPresent` only creates it, `ssa: Merge` leaves fields that Git does not write; and helm-controller:
 * `driftDetection: disabled`.
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
    const said = (name: string, wanted: string, controller = kustomize): Convention | undefined => {
      const value = resource.metadata.annotations[controller + name];
      if (value?.toLowerCase() !== wanted.toLowerCase()) return undefined;
      const location = resource.locate(['metadata', 'annotations', controller + name]);
      return { by: `Flux (${name}: ${value})`, ...(location ? { location } : {}) };
    };
    const found =
      said('reconcile', 'disabled') ??
      // helm-controller corrects no drift of such an object, and creates it all the same.
      (difference ? said('driftDetection', 'disabled', helm) : undefined) ??
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
