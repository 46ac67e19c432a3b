import { type Hop, percent, share } from '../../explain/index.ts';
import type { Message } from '../../model/envoy.ts';

/** What a route's fault filter does, whether or not it takes this request. */
export interface FaultReport {
  abort: { httpStatus: number | null; grpcStatus: number | null; percent: number } | null;
  delay: { time: string; percent: number } | null;
}

/** The fault that a route asks for (`http.fault.v3.HTTPFault`); null for none. */
export function faultOf(hop: Hop): FaultReport | null {
  const config: Message | undefined = hop.route?.['typed_per_filter_config']?.['envoy.filters.http.fault'];
  const { abort, delay } = config ?? {};
  if (!abort && !delay) return null;
  const part = (it: Message): number => Number((share(it['percentage']) * 100).toFixed(4));
  return {
    abort: abort
      ? { httpStatus: abort['http_status'] ?? null, grpcStatus: abort['grpc_status'] ?? null, percent: part(abort) }
      : null,
    delay: delay?.['fixed_delay'] ? { time: String(delay['fixed_delay']), percent: part(delay) } : null,
  };
}

/** `4 on 5xx,reset, 0.750s each, of statuses 425,503`: null for no retries. */
export function retryWords(policy: Message | undefined): string | null {
  if (!policy) return null;
  const each = policy['per_try_timeout'] ? `, ${policy['per_try_timeout']} each` : '';
  const statuses = (policy['retriable_status_codes'] ?? []) as unknown[];
  const of = statuses.length > 0 ? `, of statuses ${statuses.join(',')}` : '';
  return `${policy['num_retries'] ?? 1} on ${policy['retry_on'] ?? ''}${each}${of}`;
}

/** `header x-user`, `cookie session`, `source address`. */
export function hashWords(policy: Message): string {
  if (policy['header']) return `header ${policy['header']['header_name']}`;
  if (policy['cookie']) return `cookie ${policy['cookie']['name']}`;
  if (policy['query_parameter']) return `query parameter ${policy['query_parameter']['name']}`;
  return policy['connection_properties'] ? 'source address' : 'filter state';
}

/** A cluster that requests are copied to, with the share where not all are. */
export function mirrorWords(policy: Message): string {
  const part = share(policy['runtime_fraction']?.['default_value']);
  return policy['runtime_fraction'] && part < 1 ? `${policy['cluster']} (${percent(part)})` : String(policy['cluster']);
}
