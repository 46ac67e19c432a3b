import type { Finding } from '../../model/finding.ts';
import { isObject, type Path, parsePath, valueAt } from '../../model/json.ts';
import { type Resource, resourceName } from '../../model/resource.ts';
import { shown } from '../drift/effects-wording.ts';

/**
 * What proxies that are behind still do otherwise, in a sentence without its subject: `still sends 90 % to v1 of catalog
 * instead of 10 %`.
 *
 * @param finding a stale finding: the config's field, what the API server's object says, what the proxy holds
 * @param objects the API server's objects, by `Kind namespace/name`
 * @param several whether the subject is in the plural
 */
export function stillDoes(finding: Finding, objects: ReadonlyMap<string, Resource>, several = false): string {
  const object = objects.get(finding.resource);
  const path = parsePath(finding.field);
  const field = path.findLast((step) => typeof step === 'string');
  const live = shown(finding.live);
  const expected = shown(finding.expected);
  const still = (verb: string, plural: string, rest: string): string => `still ${several ? plural : verb} ${rest}`;
  const header = path.indexOf('headers');
  if (finding.field === '') return still('holds', 'hold', wholeOf(finding));
  if (field === 'weight') {
    const to = object ? destinationAt(object, path.slice(0, -1)) : 'its destination';
    return still('sends', 'send', `${live} % to ${to} instead of ${expected} %`);
  }
  if (field === 'subset') return still('sends', 'send', `to subset ${live} instead of ${expected}`);
  if (field === 'host' && path.includes('destination'))
    return still('sends', 'send', `to ${live} instead of ${expected}`);
  if (field === 'timeout') return still('waits', 'wait', `up to ${live} instead of ${expected}`);
  if (field === 'attempts') return still('retries', 'retry', `${live} times instead of ${expected}`);
  if (header >= 0 && path.includes('set')) {
    const what = `${String(path[header + 1])} header ${String(path.at(-1))}`;
    return still('sets', 'set', `${what} to ${live} instead of ${expected}`);
  }
  return still('has', 'have', `${live} instead of ${expected} for ${finding.field}`);
}

/** `X still holds an old route 8080 (VirtualService a/b)`: what stands behind the verb. */
function wholeOf(finding: Finding): string {
  return finding.message.split(/ still holds? /)[1] ?? finding.message;
}

function destinationAt(object: Resource, path: Path): string {
  const value = valueAt(object.object, [...path, 'destination']);
  if (!isObject(value)) return 'its destination';
  const { host, subset } = value as { host?: string; subset?: string };
  return subset === undefined ? String(host) : `${subset} of ${String(host)}`;
}

/** Objects by the names that findings have. */
export function byName(resources: readonly Resource[]): Map<string, Resource> {
  return new Map(resources.map((resource) => [resourceName(resource), resource]));
}
