import type { JsonObject } from '../../model/json.ts';
import { objects } from '../../model/json.ts';
import type { ProxyCertificate } from '../../model/status.ts';

const day = 24 * 3600 * 1000;

/**
 * The certificate of a proxy that expires first (Envoy's `/certs`, admin v3 `Certificates`).
 *
 * Istio renews a workload's certificate at half of its lifetime (SECRET_GRACE_PERIOD_RATIO), and who renews a gateway's
 * does so with a third left: one with less than a quarter left was not renewed. Long lived roots are told of 30 days
 * before their end.
 *
 * @param now RFC 3339
 */
export function certificateOf(certs: JsonObject | undefined, now: string): ProxyCertificate | null {
  const all = objects(certs?.['certificates']).flatMap((it) => [
    ...objects(it['cert_chain']),
    ...objects(it['ca_cert']),
  ]);
  const judged = all.flatMap((certificate) => {
    const end = Date.parse(String(certificate['expiration_time'] ?? ''));
    const start = Date.parse(String(certificate['valid_from'] ?? ''));
    if (Number.isNaN(end)) return [];
    return [{ end, state: stateOf(Number.isNaN(start) ? end - day : start, end, Date.parse(now)) }];
  });
  const rank = { expired: 0, soon: 1, valid: 2 };
  judged.sort((a, b) => rank[a.state] - rank[b.state] || a.end - b.end);
  const first = judged[0];
  return first ? { expires: new Date(first.end).toISOString(), state: first.state } : null;
}

function stateOf(start: number, end: number, now: number): ProxyCertificate['state'] {
  if (end <= now) return 'expired';
  return end - now < Math.min((end - start) / 4, 30 * day) ? 'soon' : 'valid';
}
