import { describe, expect, it } from 'vitest';
import { originsOf, webUnder } from '../../support/clusters.ts';

const lb = (loadBalancer: object, options = {}) => webUnder({ loadBalancer }, options);
const window = { slow_start_window: '60s' };

describe('load balancers', () => {
  const cases: [title: string, settings: object, expected: object][] = [
    ['RANDOM', { simple: 'RANDOM' }, { lb_policy: 'RANDOM' }],
    ['LEAST_CONN', { simple: 'LEAST_CONN' }, { lb_policy: 'LEAST_REQUEST' }],
    ['UNSPECIFIED', { simple: 'UNSPECIFIED' }, { lb_policy: 'LEAST_REQUEST' }],
    ['PASSTHROUGH', { simple: 'PASSTHROUGH' }, { lb_policy: 'CLUSTER_PROVIDED', type: 'ORIGINAL_DST' }],
    [
      'old warm-up',
      { simple: 'ROUND_ROBIN', warmupDurationSecs: '60s' },
      { lb_policy: 'ROUND_ROBIN', round_robin_lb_config: { slow_start_config: window } },
    ],
    [
      'warm-up with its defaults',
      { warmup: { duration: '60s' } },
      {
        lb_policy: 'LEAST_REQUEST',
        least_request_lb_config: {
          slow_start_config: {
            ...window,
            aggression: { default_value: 1, runtime_key: '(' },
            min_weight_percent: { value: 10 },
          },
        },
      },
    ],
    [
      'ring hash by the old key',
      { consistentHash: { useSourceIp: true } },
      { lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: '1024' } },
    ],
    [
      'ring hash',
      { consistentHash: { ringHash: { minimumRingSize: 64 } } },
      { lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: '64' } },
    ],
    [
      'maglev',
      { consistentHash: { maglev: { tableSize: 65537 } } },
      { lb_policy: 'MAGLEV', maglev_lb_config: { table_size: '65537' } },
    ],
  ];
  it.each(cases)('%s', (_title, settings, expected) => {
    expect(lb(settings)).toMatchObject(expected);
  });

  it('leave sizes to Envoy where none is given', () => {
    expect(lb({ consistentHash: { ringHash: {} } })['ring_hash_lb_config']).toBeUndefined();
    expect(lb({ consistentHash: { maglev: {} } })['maglev_lb_config']).toBeUndefined();
  });

  it('replace the config of another algorithm', () => {
    const cluster = lb({ warmup: { duration: '60s' }, consistentHash: { ringHash: { minimumRingSize: 64 } } });
    expect(cluster['least_request_lb_config']).toBeUndefined();
  });

  it('PASSTHROUGH takes the endpoints away', () => {
    const cluster = lb({ simple: 'PASSTHROUGH' });
    expect(cluster['eds_cluster_config']).toBeUndefined();
    expect(originsOf(cluster, 'eds_cluster_config')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.loadBalancer.simple',
    ]);
  });

  it('come from the key that chose them', () => {
    const base = 'DestinationRule shop/web spec.trafficPolicy.loadBalancer';
    expect(originsOf(lb({ simple: 'RANDOM' }), 'lb_policy')).toEqual([`${base}.simple`]);
    expect(originsOf(lb({ consistentHash: { maglev: {} } }), 'lb_policy')).toEqual([`${base}.consistentHash.maglev`]);
  });
});

describe('locality settings of a cluster', () => {
  const weighted = (policy: object, options = {}) =>
    webUnder(policy, options)['common_lb_config'].locality_weighted_lb_config;
  const outlierDetection = {};

  it('weigh localities for distribute, and for failover that outlier detection can trigger', () => {
    const distribute = [{ from: 'a/*', to: { 'a/*': 100 } }];
    const failover = [{ from: 'a', to: 'b' }];
    expect(weighted({ loadBalancer: { localityLbSetting: { distribute } } })).toEqual({});
    expect(weighted({ loadBalancer: { localityLbSetting: { failover } } })).toBeUndefined();
    expect(weighted({ outlierDetection, loadBalancer: { localityLbSetting: { failover } } })).toEqual({});
    expect(
      weighted({ outlierDetection, loadBalancer: { localityLbSetting: { enabled: false, failover } } }),
    ).toBeUndefined();
    expect(weighted({ outlierDetection })).toBeUndefined();
  });

  it('may be zone-aware from 1.32 on', () => {
    const zoneAwareLbSetting = { enabled: false, minClusterSize: 3 };
    const config = (version: string) =>
      lb({ zoneAwareLbSetting }, { version })['common_lb_config'].zone_aware_lb_config;
    expect(config('1.29.0')).toBeUndefined();
    expect(config('1.32.0')).toEqual({ routing_enabled: { value: 0 }, min_cluster_size: '3' });
  });
});

describe('outlier detection', () => {
  const detection = (outlierDetection: object, options = {}) => webUnder({ outlierDetection }, options);

  it('counts errors and never success rates', () => {
    const cluster = detection({
      consecutive5xxErrors: 5,
      consecutiveGatewayErrors: 0,
      interval: '1m',
      baseEjectionTime: '30s',
      maxEjectionPercent: 50,
    });
    expect(cluster['outlier_detection']).toEqual({
      enforcing_success_rate: 0,
      consecutive_5xx: 5,
      enforcing_consecutive_5xx: 100,
      consecutive_gateway_failure: 0,
      enforcing_consecutive_gateway_failure: 0,
      interval: '60s',
      base_ejection_time: '30s',
      max_ejection_percent: 50,
    });
    expect(originsOf(cluster, 'outlier_detection', 'enforcing_consecutive_5xx')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.outlierDetection.consecutive5xxErrors',
    ]);
  });

  it('can tell errors of its own side apart', () => {
    expect(
      detection({ splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 4 })['outlier_detection'],
    ).toMatchObject({
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 4,
      enforcing_consecutive_local_origin_failure: 100,
      enforcing_local_origin_success_rate: 0,
    });
  });

  it('sets the panic threshold', () => {
    const threshold = (outlier: object, version = '1.29.0') =>
      detection(outlier, { version })['common_lb_config'].healthy_panic_threshold;
    expect(threshold({})).toEqual({ value: 0 });
    expect(threshold({ minHealthPercent: 30 })).toEqual({ value: 30 });
    expect(threshold({ minHealthPercent: 30 }, '1.32.0')).toEqual({ value: 30 });
    expect(threshold({ minHealthPercent: -1 })).toBeUndefined();
  });

  it('may name the statuses that count, from 1.32 on', () => {
    const matcher = (version: string) =>
      detection({ outlierDetectionHttpErrorCodes: [502, 503] }, { version })['typed_extension_protocol_options']?.[
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
      ]?.outlier_detection?.error_matcher;
    expect(matcher('1.29.0')).toBeUndefined();
    expect(matcher('1.32.0').or_match.rules).toHaveLength(2);
  });
});
