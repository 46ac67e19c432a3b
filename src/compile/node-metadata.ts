import type { Proxy } from '../model/proxy.ts';

/**
 * A value of the metadata that pilot-agent sends with the node (`model.NodeMetadata`), by its name there: `IDLE_TIMEOUT`,
 * `HTTP10`, `OUTBOUND_LISTENER_EXACT_BALANCE`.
 *
 * @returns '' where it is not set
 */
export function nodeMetadata(proxy: Proxy, name: string): string {
  const value = proxy.metadata[name];
  return typeof value === 'string' ? value : '';
}

/** A boolean of the node's metadata (`StringBool`): true for `true`, `1` and the like. */
export function nodeFlag(proxy: Proxy, name: string): boolean {
  return /^(1|t|true)$/i.test(nodeMetadata(proxy, name));
}
