import { redactObject } from '../io/capture/redact/object.ts';
import { type Extra, extras } from '../io/capture/redact/value.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { toResource } from '../source/object.ts';
import type { Desired } from './desired/index.ts';

/**
 * Git's side as it can be held against a capture: without what was taken out of the capture too. What stands as
 * `[redacted]` on both sides is not compared; each object of which that is true is told.
 */
export function redactGit(git: Desired, state: ClusterState): Desired {
  if (!state.redacted) return git;
  const more = new Set<Extra>(extras.filter((it) => state.redacted?.includes(it)));
  const hidden: string[] = [];
  const resources = git.resources.map((resource): Resource => {
    const object = redactObject(resource.object, more);
    if (object === undefined || object === resource.object) return resource;
    if (JSON.stringify(object).includes('[redacted]')) hidden.push(resourceName(resource));
    return toResource(object, resource.side, (path) => resource.locate(path));
  });
  if (hidden.length === 0) return { ...git, resources };
  const told = {
    severity: 'info' as const,
    message: `credentials are not compared with this capture, which has none: ${hidden.join(', ')}`,
  };
  return { ...git, resources, diagnostics: [...git.diagnostics, told] };
}
