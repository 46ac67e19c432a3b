import type { FieldDifference } from '../../compare/object/difference.ts';
import type { Difference } from '../../compare/types.ts';
import { formatPath } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import { proxiesInWords } from '../../report/proxies.ts';

/** A value for people: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'unset';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** The proxies of an effect in a person's words: `12 sidecars in shop, gateway istio-ingress/ingress`. */
export function affected(proxies: readonly Proxy[]): string {
  const known = new Map(
    proxies.map((proxy) => [proxy.id, { id: proxy.id, type: proxy.type, workload: proxy.workloadName, state: '' }]),
  );
  return proxiesInWords([...known.keys()], known);
}

/** What the live value of a field does, in one sentence, as far as the field alone tells. */
export function effectOfField(difference: FieldDifference, resource: Resource, envoy: Difference | undefined): string {
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
    case 'subset':
      return `traffic goes to subset ${live} instead of ${expected}.`;
  }
  if (difference.kind === 'missing') return 'what this item does is in no proxy.';
  if (difference.kind === 'extra') return 'the proxies do what this item says, and Git does not have it.';
  if (difference.kind === 'reordered') return 'the first match wins, so requests may take another route.';
  if (!envoy) return `the live value is ${live} instead of ${expected}.`;
  const place = formatPath(envoy.kind === 'extra' ? envoy.livePath : envoy.expectedPath);
  return `${envoy.type} ${envoy.name}${place === '' ? '' : ` has another ${place}`}.`;
}
