import type { LiveProxy } from '../../decode/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';

/** What of a live proxy serves: a listener that still waits for a secret or for routes takes no connections. */
export function serving({ config, waitingListeners }: LiveProxy): ProxyConfig {
  if (waitingListeners.length === 0) return config;
  const waiting = new Set(waitingListeners);
  return { ...config, listeners: config.listeners.filter((it) => !waiting.has(it.name)) };
}
