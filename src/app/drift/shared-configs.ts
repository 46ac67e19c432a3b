import { createHash } from 'node:crypto';
import type { ProxyConfig } from '../../model/envoy.ts';

/**
 * Keeps equal resources of many proxies once. Only for configs whose origins nobody asks for: equal resources may come
 * from different objects.
 */
export class SharedConfigs {
  readonly #resources = new Map<string, object>();

  /** The same config, made of resources that other proxies share. */
  share(config: ProxyConfig): ProxyConfig {
    return {
      clusters: this.#all(config.clusters),
      endpoints: this.#all(config.endpoints),
      listeners: this.#all(config.listeners),
      routes: this.#all(config.routes),
    };
  }

  #all<T extends object>(resources: readonly T[]): T[] {
    return resources.map((resource) => {
      const key = digest(resource);
      const known = this.#resources.get(key);
      if (!known) this.#resources.set(key, resource);
      return (known ?? resource) as T;
    });
  }
}

/** Equal for values that are written equally. Lists are written item by item: a whole config is a text of megabytes. */
export function digest(value: object): string {
  const hash = createHash('sha1');
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    hash.update(JSON.stringify(key));
    if (!Array.isArray(field)) hash.update(JSON.stringify(field) ?? '');
    else for (const item of field) hash.update(JSON.stringify(item) ?? '').update(',');
  }
  return hash.digest('base64');
}
