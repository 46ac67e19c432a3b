import { behaviour } from '../../model/istio-version.ts';
import { isObject } from '../../model/json.ts';
import { placeOf, type Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { proxyStart } from '../proxy-start.ts';

const candidates = new WeakMap<Registry, Resource[]>();
const none: ReadonlySet<Resource> = new Set();

/**
 * The PeerAuthentications that a sidecar may not have been told of though they turn mutual TLS off towards some
 * workload: istiod before 1.32 pushes a namespace's policies to proxies of that namespace only, and others learn of them
 * when they start (istiod's `SidecarScope.DependsOnConfig`).
 */
export function unseenPolicies(proxy: Proxy, registry: Registry): ReadonlySet<Resource> {
  if (proxy.type !== 'sidecar' || behaviour(registry).peerAuthenticationReachesAll) return none;
  let policies = candidates.get(registry);
  if (!policies) {
    policies = registry
      .resources('PeerAuthentication')
      .filter((policy) => policy.metadata.namespace !== registry.mesh.rootNamespace && disables(policy));
    candidates.set(registry, policies);
  }
  if (policies.length === 0) return none;
  const start = proxyStart(proxy);
  return new Set(
    policies.filter(({ metadata }) => {
      if (metadata.namespace === proxy.namespace) return false;
      return !metadata.creationTimestamp || (metadata.generation ?? 1) > 1 || start <= metadata.creationTimestamp;
    }),
  );
}

/** What `unseenPolicies` holds, as a part of a key. */
export function unseenKey(proxy: Proxy, registry: Registry): string {
  return [...unseenPolicies(proxy, registry)].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join();
}

/** Whether the source of a mode is one of the policies. */
export function comesFrom(source: Source, policies: ReadonlySet<Resource>): boolean {
  if (policies.size === 0 || !source) return false;
  const container = Array.isArray(source) ? (source[0] as object) : (source as object);
  const resource = placeOf(container)?.resource ?? ('metadata' in container ? (container as Resource) : undefined);
  return resource !== undefined && policies.has(resource);
}

function disables(policy: Resource): boolean {
  const { mtls, portLevelMtls } = policy.spec;
  const settings: unknown[] = [mtls, ...(isObject(portLevelMtls) ? Object.values(portLevelMtls) : [])];
  return settings.some((setting) => isObject(setting) && setting['mode'] === 'DISABLE');
}
