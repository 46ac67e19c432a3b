import type { JsonObject, Path } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { ManagedFields, Resource } from '../../model/resource.ts';

/**
 * Field managers that stand for a person or for a tool that applies Git. Any other is a controller that owns what it
 * wrote (Flagger, Argo Rollouts, an operator of one's own).
 */
const appliesOrEdits =
  /^(kubectl|argocd|argo-cd|kustomize-controller|helm|flux|terraform|pulumi|before-first-apply|k9s|lens|headlamp|rancher|istioctl|mozilla|curl|python|node-fetch|axios|okhttp|go-http|openapi-generator|unknown)/i;

/** Fields that progressive-delivery controllers move while a rollout runs. */
const controllerFields = new Set(['weight', 'mirror', 'mirrorPercentage', 'mirrors']);

/**
 * The controller that owns a field of a live object, by `metadata.managedFields`, or undefined where a person or the
 * tool that applies Git set it. Istio's lists are atomic for server-side apply, so a controller that moved one weight
 * is on record as owner of the whole list: within such a list only the fields count that controllers move.
 *
 * @param path of the field from the object's root
 */
export function controllerOf(resource: Resource, path: Path): string | undefined {
  const owners = (resource.metadata.managedFields ?? [])
    .map((entry) => ({ entry, depth: depthOf(entry, path) }))
    .filter(({ depth }) => depth > 0)
    .sort((a, b) => b.depth - a.depth || (b.entry.time ?? '').localeCompare(a.entry.time ?? ''));
  const owner = owners[0];
  const manager = owner?.entry.manager ?? '';
  if (!owner || manager === '' || appliesOrEdits.test(manager)) return undefined;
  if (owner.depth >= path.length) return manager;
  return path.some((step) => controllerFields.has(String(step))) ? manager : undefined;
}

/** Whether a field manager is on record as owner of a field, or of the list or mapping around it. */
export function ownsField(resource: Resource, manager: string, path: Path): boolean {
  const entries = resource.metadata.managedFields ?? [];
  return entries.some((entry) => entry.manager === manager && depthOf(entry, path) > 0);
}

/** How many steps of the path the entry names: 0 where it does not own the field. */
function depthOf(entry: ManagedFields, path: Path): number {
  let fields: JsonObject | undefined = entry.fieldsV1;
  let depth = 0;
  for (const step of path) {
    const next: unknown = fields?.[`f:${step}`];
    if (!isObject(next)) break;
    fields = next as JsonObject;
    depth += 1;
  }
  const owned = depth > 0 && Object.keys(fields ?? {}).filter((key) => key !== '.').length === 0;
  return owned ? depth : 0;
}
