import { hash } from 'node:crypto';
import type { ProxyConfig } from '../../model/envoy.ts';
import { fullText } from '../../model/one-of.ts';

/**
 * Keeps equal resources of many proxies once. Origins may be lost by that: equal resources may come from different
 * objects.
 */
export class SharedConfigs {
  // What no config holds any more goes: a run makes configs for each change that it looks at.
  readonly #resources = new Map<string, WeakRef<object>>();

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
      const key = digestOf(resource);
      const known = this.#resources.get(key)?.deref();
      if (!known) this.#resources.set(key, new WeakRef(resource));
      return (known ?? resource) as T;
    });
  }
}

const digests = new WeakMap<object, string>();

/** Equal for resources that are written equally. Each is written once, however many proxies share it. */
export function digestOf(resource: object): string {
  let digest = digests.get(resource);
  if (digest === undefined) digests.set(resource, (digest = hash('sha1', fullText(resource), 'base64')));
  return digest;
}

/** Equal for configs of equal resources in the same order. */
export function digest({ clusters, endpoints, listeners, routes }: ProxyConfig): string {
  return hash('sha1', [clusters, endpoints, listeners, routes].map((list) => list.map(digestOf).join()).join('|'));
}
