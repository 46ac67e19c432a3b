import type { FieldDifference } from '../../../compare/object/difference.ts';
import type { Diagnostic } from '../../../model/report.ts';
import type { Location, Resource } from '../../../model/resource.ts';
import { isBelow } from '../../../source/paths.ts';
import { ownsField } from '../managers.ts';
import { type ArgoApplication, type ArgoRule, readArgo } from './argo-rules.ts';
import { covers } from './covers.ts';
import { fluxConvention } from './flux.ts';
import { readFluxRules } from './flux-rules.ts';
import { type JqPath, placesOf } from './jq-path.ts';

/** Who says that a difference is left as it is. */
export interface Convention {
  /** `Argo CD (Application argocd/shop)`, `Flux (reconcile: disabled)`. */
  by: string;
  /** Where that stands. */
  location?: Location;
}

/** What the tools that apply Git are told to leave as it is. */
export interface Conventions {
  /** Whether a field of an object that both sides have is left. */
  ofField(git: Resource, live: Resource, difference: FieldDifference): Convention | undefined;
  /** Whether an object that only Git has is left unapplied, or one that only the cluster has is left there. */
  ofObject(resource: Resource, side: 'git' | 'live'): Convention | undefined;
  diagnostics: Diagnostic[];
}

/**
 * Reads the conventions of Argo CD (`ignoreDifferences` of Applications and of `argocd-cm`, its annotations) and of Flux
 * (annotations, `ignore` of Kustomizations and HelmReleases).
 *
 * @param git all objects of Git
 * @param live all objects of the API server; of an object that both have, Git's counts
 */
export function readConventions(git: readonly Resource[], live: readonly Resource[]): Conventions {
  const key = ({ kind, metadata }: Resource): string => `${kind}/${metadata.namespace}/${metadata.name}`;
  const own = new Set(git.map(key));
  const all = [...git, ...live.filter((resource) => !own.has(key(resource)))];
  const argo = readArgo(all);
  const fluxRules = readFluxRules(all);
  return {
    diagnostics: argo.diagnostics,
    ofField(desired, held, difference) {
      const flux = fluxConvention(desired, held, difference);
      if (flux) return flux;
      const left = fluxRules.find((it) => it.holds(desired, held) && namesPlace(it.paths, desired, held, difference));
      if (left) return { by: `Flux (${left.from})`, ...(left.location ? { location: left.location } : {}) };
      const application = applicationOf(argo.applications, desired, held);
      const rules = [...(application?.rules ?? []), ...(application || isTracked(held) ? argo.system : [])];
      const rule = rules.find((it) => it.holds(held) && leaves(it, desired, held, difference));
      return rule && { by: `Argo CD (${rule.from})`, ...(rule.location ? { location: rule.location } : {}) };
    },
    ofObject(resource, side) {
      if (side === 'git') return fluxConvention(resource, resource, undefined);
      const options = resource.metadata.annotations['argocd.argoproj.io/compare-options'] ?? '';
      const extraneous = options.split(',').some((it) => it.trim() === 'IgnoreExtraneous');
      return extraneous ? { by: 'Argo CD (compare-options: IgnoreExtraneous)' } : undefined;
    },
  };
}

function leaves(rule: ArgoRule, git: Resource, live: Resource, difference: FieldDifference): boolean {
  if (rule.managers.some((manager) => ownsField(live, manager, difference.livePath))) return true;
  return namesPlace(rule.paths, git, live, difference);
}

function namesPlace(paths: readonly JqPath[], git: Resource, live: Resource, difference: FieldDifference): boolean {
  const places = (resource: Resource) => paths.flatMap((path) => placesOf(resource.object, path));
  return covers(difference, { git: places(git), live: places(live) });
}

const trackingId = 'argocd.argoproj.io/tracking-id';
const instance = 'app.kubernetes.io/instance';

function isTracked({ metadata }: Resource): boolean {
  return metadata.annotations[trackingId] !== undefined;
}

/**
 * The Application that deploys an object: the one that the object is marked with (tracking id `app:group/kind:...`, where
 * `app` may be `namespace_name`, or the label of older settings), else the one whose directory holds its file.
 */
function applicationOf(
  applications: readonly ArgoApplication[],
  git: Resource,
  live: Resource,
): ArgoApplication | undefined {
  const tracked = live.metadata.annotations[trackingId]?.split(':')[0];
  const named = tracked ?? live.metadata.labels[instance];
  const byName = applications.find(({ name, namespace }) => named === name || named === `${namespace}_${name}`);
  if (byName || tracked !== undefined) return byName;
  const file = git.locate([])?.file;
  return file === undefined
    ? undefined
    : applications.find(({ paths }) => paths.some((path) => path !== '' && path !== '.' && isBelow(file, path)));
}
