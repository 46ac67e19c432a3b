import type { Finding } from '../model/finding.ts';
import { plain } from './plain.ts';

/** Where tools that know only files show a finding. */
export interface Place {
  /** Relative to the root of the repository. */
  path: string;
  line?: number;
  column?: number;
}

type Subject = Pick<Finding, 'resource' | 'field' | 'message'>;

/**
 * The file and line of a finding. What no file holds (an object that is in the cluster only, a pod) gets a path that says
 * what it is, `cluster/shop/VirtualService/reviews`, rather than a wrong file: tools show it as it stands.
 */
export function placeOf({ location, resource }: Finding): Place {
  if (location !== undefined) {
    const { file, line, column } = location;
    return { path: relative(file), line, column };
  }
  const [kind = '', name = ''] = resource.split(' ');
  const [namespace, own] = name.includes('/') ? name.split('/') : ['', name];
  const parts = ['cluster', namespace, kind, own].filter((part) => part).map((part) => plain(part ?? ''));
  return { path: relative(parts.join('/')) };
}

/** The message for a reader who sees the object and field already. */
export function bareMessage({ resource, field, message }: Subject): string {
  for (const subject of [`${resource} ${field}`, resource, field]) {
    if (subject !== '' && message.startsWith(`${subject} `)) return message.slice(subject.length + 1);
  }
  return message;
}

/** The message as a sentence that begins with the object and field. */
export function sentence({ resource, field, message }: Subject): string {
  const said = message.includes(resource) || field === '' ? message : bareMessage({ resource, field, message });
  if (said.includes(resource)) return said;
  return field === '' ? `${resource} ${said}` : `${resource} ${field} ${said}`;
}

/** A path below the root: never absolute, never outside, whatever a report says. */
function relative(file: string): string {
  const parts = file.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.join('/');
}
