import type { Message, Route, VirtualHost } from '../../model/envoy.ts';

/** The retry policy that applies: the route's, else the virtual host's. */
export function retryPolicy(route: Route, host: VirtualHost | undefined): Message | undefined {
  return route['route']?.['retry_policy'] ?? host?.['retry_policy'];
}

/** What can be tried again: no connection, a connection that ended before the response, a status. */
export type Failure = 'connect' | 'reset' | number;

/**
 * Whether Envoy would try again after a failure (RetryStateImpl::wouldRetryFromReset, wouldRetryFromHeaders). When it
 * always fails so, the flag URX says that it gave up, also where no retry is left from the start (`num_retries: 0`).
 */
export function retries(policy: Message | undefined, failure: Failure): boolean {
  if (!policy) return false;
  const on = new Set(
    String(policy['retry_on'] ?? '')
      .split(',')
      .map((it) => it.trim()),
  );
  const reset = on.has('5xx') || on.has('gateway-error') || on.has('reset');
  if (failure === 'connect') return reset || on.has('connect-failure') || on.has('reset-before-request');
  if (failure === 'reset') return reset;
  const codes = (Array.isArray(policy['retriable_status_codes']) ? policy['retriable_status_codes'] : []).map(Number);
  return (
    (on.has('5xx') && failure >= 500 && failure <= 599) ||
    (on.has('gateway-error') && failure >= 502 && failure <= 504) ||
    (on.has('retriable-4xx') && failure === 409) ||
    (on.has('retriable-status-codes') && codes.includes(failure))
  );
}
