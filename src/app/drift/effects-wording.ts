import type { FieldDifference } from '../../compare/object/difference.ts';
import { formatPath } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';

/** A value for people: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'unset';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** What the live value of a field does, in one sentence, as far as the field alone tells. */
export function effectOfField(difference: FieldDifference, resource: Resource): string {
  const field = difference.path.findLast((step) => typeof step === 'string');
  const live = shown(difference.live);
  const expected = shown(difference.expected);
  switch (field) {
    case 'weight':
      return `this destination gets a weight of ${live} instead of ${expected}.`;
    case 'timeout':
      return `callers wait up to ${live} instead of ${expected}.`;
    case 'attempts':
      return `a failing request is retried ${live} times instead of ${expected}.`;
    case 'mode':
      return `${resource.kind === 'PeerAuthentication' ? 'servers accept' : 'clients use'} ${live} instead of ${expected}.`;
    case 'istio.io/rev':
      return difference.live === undefined
        ? 'control planes of every revision read the object.'
        : `only a control plane of revision ${live} reads the object.`;
    case 'subset':
      return `traffic goes to subset ${live} instead of ${expected}.`;
  }
  if (difference.kind === 'missing') return 'what this item does is in no proxy.';
  if (difference.kind === 'extra') return 'the proxies do what this item says, and Git does not have it.';
  if (difference.kind === 'reordered') return 'the first match wins, so requests may meet another one than Git says.';
  const subject = difference.path.slice(1, difference.kind === 'switched' ? -1 : undefined);
  const changes = `${formatPath(subject)} is ${live} instead of ${expected}`;
  switch (resource.kind) {
    case 'AuthorizationPolicy':
    case 'RequestAuthentication':
      return `the servers judge requests by a rule whose ${changes}.`;
    case 'DestinationRule':
      return `for clients of ${shown(resource.spec['host'])} ${changes}.`;
    case 'Gateway':
      return `for what comes in by this gateway ${changes}.`;
    default:
      return `for the affected proxies ${changes}.`;
  }
}
