import type { JsonObject } from '../../model/json.ts';

const layer4 = new Set(['TCP', 'UDP']);
const byHostname = new Set(['HTTP', 'HTTPS', 'TLS']);

/** Whether a listener cannot stand beside one before it on the same port (gatewaycommon.listenersDistinct). */
export function collides(listener: JsonObject, prior: JsonObject): boolean {
  if (listener['port'] !== prior['port']) return false;
  const [own, other] = [String(listener['protocol']), String(prior['protocol'])];
  if (byHostname.has(own) && byHostname.has(other)) return (listener['hostname'] || '*') === (prior['hostname'] || '*');
  if ((layer4.has(own) || byHostname.has(own)) && (layer4.has(other) || byHostname.has(other))) return true;
  return own === other;
}
