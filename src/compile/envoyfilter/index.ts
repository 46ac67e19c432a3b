import type { ProxyConfig } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';

/** Applies the EnvoyFilters that select the proxy to what was compiled. */
export function applyEnvoyFilters(config: ProxyConfig, _proxy: Proxy, _registry: Registry): ProxyConfig {
  return config;
}
