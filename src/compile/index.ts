import type { ProxyConfig } from '../model/envoy.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Registry } from '../registry/types.ts';
import { compileClusters } from './cluster/index.ts';
import { compileEndpoints } from './endpoint/index.ts';
import { applyEnvoyFilters } from './envoyfilter/index.ts';
import { compileListeners } from './listener/index.ts';
import { compileRoutes } from './route/index.ts';

/**
 * Compiles what istiod would send to a proxy: the four resource types in the JSON shape of `config_dump`, every value
 * marked with its origins (see model/provenance). Pure: equal inputs give equal outputs.
 */
export function compileProxy(proxy: Proxy, registry: Registry): ProxyConfig {
  const clusters = compileClusters(proxy, registry);
  const listeners = compileListeners(proxy, registry);
  const routes = compileRoutes(proxy, registry, listeners);
  const config = applyEnvoyFilters({ clusters, endpoints: [], listeners, routes }, proxy, registry);
  return { ...config, endpoints: compileEndpoints(proxy, registry, config.clusters) };
}
