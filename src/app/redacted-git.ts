import { redactObject } from '../io/capture/redact/object.ts';
import { type Extra, extras } from '../io/capture/redact/value.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import type { Diagnostic } from '../model/report.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import { toResource } from '../source/object.ts';
import type { Desired } from './desired/index.ts';

/** Git as it can be held against what was read. */
export interface ComparableGit extends Desired {
  /** What of it cannot be, told once. */
  hidden: Diagnostic[];
}

/**
 * Git's side as it can be held against a capture: without what was taken out of the capture too. What stands as
 * `[redacted]` on both sides is not compared; each object of which that is true is told. Against a live cluster Git is
 * as it is.
 */
export function redactGit(git: Desired, state: ClusterState): ComparableGit {
  if (!state.redacted) return { ...git, hidden: [] };
  const more = new Set<Extra>(extras.filter((it) => state.redacted?.includes(it)));
  const hidden: string[] = [];
  const resources = git.resources.map((resource): Resource => {
    const object = redactObject(resource.object, more);
    if (object === undefined || object === resource.object) return resource;
    if (JSON.stringify(object).includes('[redacted]')) hidden.push(resourceName(resource));
    return toResource(object, resource.side, (path) => resource.locate(path));
  });
  if (hidden.length === 0) return { ...git, resources, hidden: [] };
  const told = {
    severity: 'info' as const,
    message: `credentials are not compared with this capture, which has none: ${hidden.join(', ')}`,
  };
  return { ...git, resources, diagnostics: [...git.diagnostics, told], hidden: [told] };
}

/**
 * Objects that a change touches only in what a capture has not got: whether that has arrived cannot be told of it.
 *
 * @param before Git before the change and after it, as they are
 * @param comparable the same two without what the capture has not got
 */
export function unseenChanges(
  before: Desired,
  after: Desired,
  comparable: { before: Desired; after: Desired },
): Diagnostic[] {
  const byKey = ({ resources }: Desired): Map<string, string> =>
    new Map(resources.map((resource) => [resourceKey(resource), JSON.stringify(resource.object)]));
  const [old, oldShown, shown] = [byKey(before), byKey(comparable.before), byKey(comparable.after)];
  return after.resources.flatMap((resource) => {
    const key = resourceKey(resource);
    const hides =
      old.has(key) && old.get(key) !== JSON.stringify(resource.object) && oldShown.get(key) === shown.get(key);
    if (!hides) return [];
    const name = resourceName(resource);
    const message = `${name} changes in a credential, which the capture has not got: whether it has arrived is not known`;
    return [{ severity: 'error', subject: name, message, fix: 'verify it against the live cluster.' }];
  });
}
