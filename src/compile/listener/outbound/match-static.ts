import type { JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { isSubsetOfLabels } from '../../route/labels.ts';
import type { OutboundContext } from './context.ts';

/**
 * Whether a match of a tcp or tls route can hold for this proxy and port at all: gateways, source labels and namespace,
 * port (istiod's `matchTLS`, `matchTCP`). What only a connection tells (SNI, destination) is left to Envoy.
 */
export function matchesStatically(match: JsonObject, context: OutboundContext, port: number): boolean {
  const { proxy } = context;
  const gateways = Array.isArray(match['gateways']) ? match['gateways'] : [];
  if (gateways.length > 0 && !gateways.includes('mesh')) return false;
  const labels = match['sourceLabels'];
  if (isObject(labels) && !isSubsetOfLabels(labels, proxy.labels)) return false;
  const wanted = Number(match['port'] ?? 0);
  if (wanted !== 0 && wanted !== port) return false;
  const namespace = match['sourceNamespace'] ?? '';
  return namespace === '' || namespace === proxy.namespace;
}
