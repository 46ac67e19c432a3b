import type { Message, Route, VirtualHost } from '../../model/envoy.ts';

/** The retry policy that applies: the route's, else the virtual host's. */
export function retryPolicy(route: Route, host: VirtualHost | undefined): Message | undefined {
  return route['route']?.['retry_policy'] ?? host?.['retry_policy'];
}

/** What can be tried again: no connection, a connection that ended before the response, a status. */
export type Failure = 'connect' | 'reset' | number;

/** Whether Envoy tries again after a failure (RetryStateImpl); when it always fails so, the flag URX says it gave up. */
export function retries(policy: Message | undefined, failure: Failure): boolean {
  if (!policy || Number(policy['num_retries'] ?? 1) === 0) return false;
  const on = new Set(
    String(policy['retry_on'] ?? '')
      .split(',')
      .map((it) => it.trim()),
  );
  if (failure === 'connect')
    return on.has('connect-failure') || on.has('5xx') || on.has('reset') || on.has('reset-before-request');
  if (failure === 'reset') return on.has('5xx') || on.has('reset') || on.has('reset-before-request');
  const codes = (Array.isArray(policy['retriable_status_codes']) ? policy['retriable_status_codes'] : []).map(Number);
  return (
    (on.has('5xx') && failure >= 500 && failure <= 599) ||
    (on.has('gateway-error') && failure >= 502 && failure <= 504) ||
    (on.has('retriable-4xx') && failure === 409) ||
    (on.has('retriable-status-codes') && codes.includes(failure))
  );
}
