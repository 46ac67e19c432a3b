import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { HostIndex } from '../../registry/hostname.ts';
import type { Registry } from '../../registry/types.ts';

const known = new WeakMap<Registry, HostIndex<boolean>>();

/** Whether a host's endpoints are only for clients of the same cluster (istiod's `clusterLocalProvider`). */
export function isClusterLocal(registry: Registry, hostname: string): boolean {
  let hosts = known.get(registry);
  if (!hosts) {
    hosts = clusterLocalHosts(registry);
    known.set(registry, hosts);
  }
  return hosts.mostSpecific(hostname) ?? false;
}

/** Defaults: kube-system, the API server and istiod itself; `MeshConfig.serviceSettings` adds and takes away. */
function clusterLocalHosts({ mesh, domainSuffix }: Registry): HostIndex<boolean> {
  const discovery = (mesh['defaultConfig'] as JsonObject | undefined)?.['discoveryAddress'];
  const discoveryHost = String(discovery ?? 'istiod.istio-system.svc').split(':')[0] as string;
  const defaults = new Set([
    `*.kube-system.svc.${domainSuffix}`,
    `kubernetes.default.svc.${domainSuffix}`,
    discoveryHost.endsWith(domainSuffix) ? discoveryHost : `${discoveryHost}.${domainSuffix}`,
  ]);
  const hosts = new HostIndex<boolean>();
  const declared: unknown = mesh['serviceSettings'];
  const settings = Array.isArray(declared) ? declared.filter(isObject) : [];
  for (const entry of settings) {
    const local = isObject(entry['settings']) && entry['settings']['clusterLocal'] === true;
    for (const host of Array.isArray(entry['hosts']) ? entry['hosts'].map(String) : []) {
      if (!local)
        for (const own of defaults)
          if (host === own || (own.startsWith('*') && host.endsWith(own.slice(1)))) defaults.delete(own);
      hosts.set(host, local);
    }
  }
  for (const host of defaults) hosts.set(host, true);
  return hosts;
}
