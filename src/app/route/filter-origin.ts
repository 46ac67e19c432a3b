import type { Hop } from '../../explain/index.ts';
import type { Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import type { Origins, Reference } from './origins.ts';

/** Policies that a filter as a whole is made of. */
const policies = /^(?:RequestAuthentication|AuthorizationPolicy) /;

/**
 * The policy that an HTTP filter was made of, where its verdict names no rule: tokens (RequestAuthentication), and an
 * AuthorizationPolicy that has no rules. Null where several filters have the name and none of them stands out.
 */
export function filterOrigin(hop: Hop, verdict: Hop['filters'][number], origins: Origins): Reference | null {
  const { listener, filterChain, chainPath } = hop;
  if (!listener || !filterChain || !chainPath) return null;
  const found = objects(filterChain.filters).flatMap((network, index) => {
    const manager = network['typed_config'] as Message | undefined;
    return objects(manager?.['http_filters']).flatMap((it, position) =>
      it['name'] === verdict.filter
        ? [{ filter: it as Message, path: [...chainPath, 'filters', index, 'typed_config', 'http_filters', position] }]
        : [],
    );
  });
  const empty = found.filter(({ filter }) => {
    const rules: Message | undefined = filter['typed_config']?.['rules'];
    return rules !== undefined && objects(Object.values(rules['policies'] ?? {})).length === 0;
  });
  const [only] = found.length === 1 ? found : verdict.verdict === 'denied' && empty.length === 1 ? empty : [];
  if (!only) return null;
  return origins.at(hop.proxy, listener, only.path).find((it) => policies.test(it.resource)) ?? null;
}
