import { describe, expect, it } from 'vitest';
import { inboundRetryPolicy, retryPolicy } from '../../../src/compile/route/retry.ts';

const previousHosts = 'envoy.retry_host_predicates.previous_hosts';

describe('outbound retries', () => {
  it('retries twice on other hosts where nothing is said', () => {
    expect(retryPolicy(undefined, false)).toMatchObject({
      retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
      num_retries: 2,
      host_selection_retry_max_attempts: '5',
      retry_host_predicate: [{ name: previousHosts }],
    });
  });

  it('stays with the host that a hash chose, unless told to leave it', () => {
    expect(retryPolicy(undefined, true)).not.toHaveProperty('retry_host_predicate');
    const leave = { attempts: 1, retryIgnorePreviousHosts: true };
    expect(retryPolicy(leave, true)).toMatchObject({ retry_host_predicate: [{ name: previousHosts }] });
    const stay = { attempts: 1, retryIgnorePreviousHosts: false };
    expect(retryPolicy(stay, false)).not.toHaveProperty('retry_host_predicate');
  });

  it('is switched off by zero attempts', () => {
    expect(retryPolicy({ attempts: 0 }, false)).toBeUndefined();
    expect(retryPolicy({ perTryTimeout: '1s' }, false)).toBeUndefined();
  });

  it('splits status codes from conditions and adds the condition that they need', () => {
    const policy = retryPolicy({ attempts: 3, retryOn: 'gateway-error, 503,425,799' }, false);
    expect(policy).toMatchObject({
      num_retries: 3,
      retry_on: 'gateway-error,799,retriable-status-codes',
      retriable_status_codes: [503, 425],
    });
  });

  it('takes time limits, backoff and other localities', () => {
    const policy = retryPolicy(
      { attempts: 3, perTryTimeout: '500ms', backoff: '25ms', retryRemoteLocalities: true },
      false,
    );
    expect(policy).toMatchObject({
      per_try_timeout: '0.500s',
      retry_back_off: { base_interval: '0.025s' },
      retry_priority: { name: 'envoy.retry_priorities.previous_priorities', typed_config: { update_frequency: 2 } },
    });
  });
});

describe('inbound retries', () => {
  it('repeats only what the application has not seen, whatever the host', () => {
    expect(inboundRetryPolicy(undefined)).toEqual({ retry_on: 'reset-before-request', num_retries: 2 });
    expect(inboundRetryPolicy({ attempts: 4, perTryTimeout: '1s', retryOn: 'reset,503' })).toEqual({
      retry_on: 'reset,retriable-status-codes',
      num_retries: 4,
      retriable_status_codes: [503],
    });
    expect(inboundRetryPolicy({ attempts: 0 })).toBeUndefined();
  });
});
