import type { ProxyConfig } from '../../model/envoy.ts';

/**
 * Compiled configurations that may be asked for again, by the inputs of their proxies. Those not used for longest go
 * first: by their number, and by the resources in all of them, for one of a large mesh takes more memory than a hundred
 * small ones. The one used last always stays: replicas come one after the other.
 */
export class KeptConfigs<T extends { config: ProxyConfig }> {
  readonly #kept = new Map<string, T>();
  readonly #most: number;
  readonly #mostResources: number;

  constructor({ most = 16, mostResources = 12_000 } = {}) {
    this.#most = most;
    this.#mostResources = mostResources;
  }

  /** The one of these inputs, made where there is none. */
  get(key: string, make: () => T): T {
    const item = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, item);
    this.#dropOldest();
    return item;
  }

  #dropOldest(): void {
    let resources = 0;
    for (const { config } of this.#kept.values()) resources += sizeOf(config);
    for (const [key, { config }] of this.#kept) {
      if (this.#kept.size === 1 || (this.#kept.size <= this.#most && resources <= this.#mostResources)) break;
      this.#kept.delete(key);
      resources -= sizeOf(config);
    }
  }
}

function sizeOf({ clusters, endpoints, listeners, routes }: ProxyConfig): number {
  return clusters.length + endpoints.length + listeners.length + routes.length;
}
