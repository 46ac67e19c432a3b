import { STATUS_CODES } from 'node:http';
import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import { envoyDuration } from '../duration.ts';

const defaultRetryOn = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
const defaultInboundRetryOn = 'reset-before-request';

/** Envoy's extension that keeps a retry away from the hosts that were tried before. */
const previousHosts: readonly Message[] = [
  {
    name: 'envoy.retry_host_predicates.previous_hosts',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
    },
  },
];

const previousPriorities: Message = {
  name: 'envoy.retry_priorities.previous_priorities',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
    update_frequency: 2,
  },
};

/**
 * The retry policy of an outbound route (istiod's `retry.ConvertPolicy`).
 *
 * @param retries `HTTPRetry` of the VirtualService's route or the mesh's default; undefined for Istio's own default
 * @param consistentHash whether the only destination hashes: retries then stay with the host the hash chose
 * @returns undefined where retries are switched off (`attempts: 0`)
 */
export function retryPolicy(retries: JsonObject | undefined, consistentHash: boolean): Message | undefined {
  const policy: Message = {
    retry_on: defaultRetryOn,
    num_retries: 2,
    host_selection_retry_max_attempts: '5',
  };
  if (!consistentHash) policy['retry_host_predicate'] = previousHosts;
  if (retries === undefined) return policy;
  const attempts = Number(retries['attempts'] ?? 0);
  if (attempts <= 0) return undefined;
  derive(policy, retries);
  policy['num_retries'] = attempts;
  deriveField(policy, 'num_retries', [retries, 'attempts']);
  applyRetryOn(policy, retries);
  if (retries['perTryTimeout'] !== undefined && retries['perTryTimeout'] !== null) {
    policy['per_try_timeout'] = envoyDuration(retries['perTryTimeout']);
    deriveField(policy, 'per_try_timeout', [retries, 'perTryTimeout']);
  }
  const ignorePrevious = retries['retryIgnorePreviousHosts'];
  if (typeof ignorePrevious === 'boolean') {
    if (ignorePrevious) policy['retry_host_predicate'] = previousHosts;
    else delete policy['retry_host_predicate'];
    deriveField(policy, 'retry_host_predicate', [retries, 'retryIgnorePreviousHosts']);
  }
  if (retries['retryRemoteLocalities'] === true) {
    policy['retry_priority'] = previousPriorities;
    deriveField(policy, 'retry_priority', [retries, 'retryRemoteLocalities']);
  }
  applyBackoff(policy, retries);
  return policy;
}

/**
 * The retry policy of an inbound route (istiod's `retry.ConvertInboundPolicy`): of the mesh's
 * `defaultInboundHttpRetryPolicy` only attempts, retryOn and backoff count.
 *
 * @returns undefined where retries are switched off (`attempts: 0`)
 */
export function inboundRetryPolicy(retries: JsonObject | undefined): Message | undefined {
  if (retries === undefined) return { retry_on: defaultInboundRetryOn, num_retries: 2 };
  const attempts = Number(retries['attempts'] ?? 0);
  if (attempts <= 0) return undefined;
  const policy = derive<Message>({ retry_on: defaultInboundRetryOn, num_retries: attempts }, retries);
  deriveField(policy, 'num_retries', [retries, 'attempts']);
  applyRetryOn(policy, retries);
  applyBackoff(policy, retries);
  return policy;
}

/** `retryOn` mixes Envoy's conditions with status codes, which Envoy wants in a list of their own. */
function applyRetryOn(policy: Message, retries: JsonObject): void {
  const retryOn = retries['retryOn'];
  deriveField(policy, 'retry_on', [retries, retryOn ? 'retryOn' : 'attempts']);
  if (typeof retryOn !== 'string' || retryOn === '') return;
  const codes: number[] = [];
  const conditions: string[] = [];
  for (const part of retryOn.split(',').map((text) => text.trim())) {
    if (part === '') continue;
    if (/^[+-]?\d+$/.test(part) && isStatusCode(Number(part))) codes.push(Number(part));
    else conditions.push(part);
  }
  let on = conditions.join(',');
  if (codes.length > 0 && !on.includes('retriable-status-codes')) on += ',retriable-status-codes';
  policy['retry_on'] = on;
  if (codes.length > 0) policy['retriable_status_codes'] = codes;
  deriveField(policy, 'retriable_status_codes', [retries, 'retryOn']);
}

function applyBackoff(policy: Message, retries: JsonObject): void {
  if (retries['backoff'] === undefined || retries['backoff'] === null) return;
  policy['retry_back_off'] = derive({ base_interval: envoyDuration(retries['backoff']) }, [retries, 'backoff']);
}

/** Codes that Go's `http.StatusText` knows: Node's table without 509. */
function isStatusCode(code: number): boolean {
  return code !== 509 && code in STATUS_CODES;
}
