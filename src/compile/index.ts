import type { ProxyConfig } from '../model/envoy.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry } from '../registry/types.ts';
import { compileClusters } from './cluster/index.ts';
import { compileEndpoints } from './endpoint/index.ts';
import { printedEndpoints } from './endpoint/printed.ts';
import { EnvoyFilterPatches, noteIdle, noteIdleAs } from './envoyfilter/index.ts';
import { forEqualProxies } from './equal-proxies/index.ts';
import { compileListeners } from './listener/index.ts';
import { compileRoutes } from './route/index.ts';

/**
 * Compiles what istiod would send to a proxy: the four resource types in the JSON shape of `config_dump`, every value
 * marked with its origins (see model/provenance). Pure: equal inputs give equal outputs. Proxies of equal inputs, such as
 * the replicas of a workload, are compiled once and share their messages; these must not be changed.
 */
export function compileProxy(proxy: Proxy, registry: Registry): ProxyConfig {
  const { own, shared } = forEqualProxies(proxy, registry, (everyHeadlessPod) => {
    const patches = new EnvoyFilterPatches(proxy, registry);
    const clusters = patches.clusters(compileClusters(proxy, registry));
    const listeners = patches.listeners(compileListeners(proxy, registry, everyHeadlessPod));
    const routes = patches.routes(compileRoutes(proxy, registry, listeners));
    const endpoints = printedEndpoints(compileEndpoints(proxy, registry, clusters), clusters);
    return noteIdle({ clusters, endpoints, listeners, routes }, patches);
  });
  return noteIdleAs(own, shared);
}
