import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import { Unknown } from '../../../model/unknown.ts';
import type { EgressListener, Registry, SidecarScope } from '../../../registry/types.ts';
import { proxyHeaders } from '../../http/proxy-headers.ts';
import { destinationCluster } from '../destination.ts';
import { egressListenerFor } from './egress-listener.ts';
import { cacheKey, isCached } from './route-cache.ts';

/** What an outbound route configuration takes from the proxy itself, beside what its scope holds. */
export interface ProxyInputs {
  includeRequestAttemptCount: boolean | Unknown;
  xForwardedHost: boolean | Unknown;
  headersSource: Source;
  /** Where the catch-all sends what it lets pass. */
  passthroughCluster: string | Unknown;
  egressProxy: JsonObject | undefined;
}

const reason = 'istiod answers from its cache, with the settings of whichever like proxy asked first';

/**
 * The proxy's own inputs. istiod caches route configurations under a key that knows nothing of `proxyHeaders` and of a
 * Sidecar's `egressProxy`: where a proxy with the same key has others, nobody can tell whose were used.
 */
export function proxyInputs(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  egress: EgressListener,
  listenerPort: number,
  name: string,
): ProxyInputs {
  const own = ownInputs(proxy, scope);
  if (!isCached(registry, egress, listenerPort)) return own;
  const others = variants(proxy, registry).filter((variant) => differs(variant.inputs, own));
  if (others.length === 0) return own;
  const key = cacheKey(proxy, registry, scope, egress, listenerPort);
  const rivals = others.flatMap((variant) =>
    variant.members.some((peer) => peerKey(peer, registry, listenerPort, name) === key) ? [variant.inputs] : [],
  );
  const shared = <T>(of: (inputs: ProxyInputs) => T): T | Unknown =>
    rivals.some((inputs) => of(inputs) !== of(own)) ? new Unknown(reason) : of(own);
  return {
    ...own,
    includeRequestAttemptCount: shared((inputs) => inputs.includeRequestAttemptCount),
    xForwardedHost: shared((inputs) => inputs.xForwardedHost),
    passthroughCluster: shared((inputs) => inputs.passthroughCluster),
  };
}

/** The inputs as the proxy's own settings have them, for routes that istiod does not cache. */
export function ownInputs(proxy: Proxy, scope: SidecarScope): ProxyInputs {
  const headers = proxyHeaders(proxy, 'sidecar-outbound');
  const { egressProxy } = scope.outboundTrafficPolicy;
  return {
    includeRequestAttemptCount: headers.includeRequestAttemptCount,
    xForwardedHost: headers.xForwardedHost,
    headersSource: headers.source,
    passthroughCluster: egressProxy ? destinationCluster(egressProxy, undefined, 0) : 'PassthroughCluster',
    egressProxy,
  };
}

function differs(a: ProxyInputs, b: ProxyInputs): boolean {
  return (
    a.includeRequestAttemptCount !== b.includeRequestAttemptCount ||
    a.xForwardedHost !== b.xForwardedHost ||
    a.passthroughCluster !== b.passthroughCluster
  );
}

interface Variant {
  inputs: ProxyInputs;
  members: Proxy[];
}

const known = new WeakMap<Registry, Map<string, Variant[]>>();

/** The sidecars of the proxy's namespace by their inputs; nearly always all are alike. */
function variants(proxy: Proxy, registry: Registry): Variant[] {
  let byNamespace = known.get(registry);
  if (!byNamespace) {
    byNamespace = new Map();
    known.set(registry, byNamespace);
  }
  let found = byNamespace.get(proxy.namespace);
  if (!found) {
    found = [];
    for (const peer of registry.proxies) {
      if (peer.type !== 'sidecar' || peer.namespace !== proxy.namespace) continue;
      const inputs = ownInputs(peer, registry.sidecarScope(peer));
      const like = found.find((variant) => !differs(variant.inputs, inputs));
      if (like) like.members.push(peer);
      else found.push({ inputs, members: [peer] });
    }
    byNamespace.set(proxy.namespace, found);
  }
  return found;
}

function peerKey(peer: Proxy, registry: Registry, listenerPort: number, name: string): string | undefined {
  const scope = registry.sidecarScope(peer);
  const egress = egressListenerFor(scope, listenerPort, name);
  return egress && cacheKey(peer, registry, scope, egress, listenerPort);
}
