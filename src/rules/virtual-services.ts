import type { Proxy } from '../model/proxy.ts';
import type { Registry, VirtualService } from '../registry/types.ts';

const known = new WeakMap<Registry, VirtualService[]>();

/**
 * All VirtualServices that anyone uses, as istiod sees them: with names resolved and delegates merged. Those made from
 * the Gateway API are left out: they have rules of their own.
 */
export function writtenVirtualServices(registry: Registry): VirtualService[] {
  const found = known.get(registry);
  if (found) return found;
  const all = new Map<string, VirtualService>();
  const namespaces = new Set(registry.proxies.map((proxy) => proxy.namespace));
  const gateways = new Set(['mesh']);
  for (const { metadata } of registry.resources('Gateway')) gateways.add(`${metadata.namespace}/${metadata.name}`);
  for (const namespace of namespaces)
    for (const gateway of gateways)
      for (const item of registry.virtualServicesForGateway(namespace, gateway))
        if (item.routeSemantics === undefined) all.set(`${item.namespace}/${item.name}`, item);
  const list = [...all.values()];
  known.set(registry, list);
  return list;
}

/** The VirtualServices of the listeners of a sidecar, each once. */
export function visibleTo(registry: Registry, proxy: Proxy): VirtualService[] {
  return [...new Set(registry.sidecarScope(proxy).egressListeners.flatMap((it) => it.virtualServices))];
}
