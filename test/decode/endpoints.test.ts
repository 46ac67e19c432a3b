import { describe, expect, it } from 'vitest';
import { sentAssignment, splitBySource } from '../../src/decode/endpoints.ts';

describe('endpoints of a dump', () => {
  it('lose what Envoy itself adds when it prints them', () => {
    const printed = {
      cluster_name: 'a',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: {}, health_check_config: {} }, load_balancing_weight: 1 }] }],
      policy: { overprovisioning_factor: 140 },
    };
    expect(sentAssignment(printed)).toEqual({
      cluster_name: 'a',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: {} }, load_balancing_weight: 1 }] }],
    });
  });

  it('keep what was set on purpose', () => {
    const set = {
      cluster_name: 'a',
      endpoints: [{ lb_endpoints: [{ endpoint: { health_check_config: { port_value: 9 } } }] }],
      policy: { overprovisioning_factor: 200 },
    };
    expect(sentAssignment(set)).toEqual(set);
  });

  it('of clusters without EDS are what Envoy found itself', () => {
    const clusters = [
      { name: 'eds', type: 'EDS', eds_cluster_config: { service_name: 'other' } },
      { name: 'dns', type: 'STRICT_DNS' },
    ];
    const { eds, resolved } = splitBySource(
      [{ cluster_name: 'other' }, { cluster_name: 'dns' }, { cluster_name: 'unknown' }],
      clusters,
    );
    expect(eds.map((item) => item.cluster_name)).toEqual(['other', 'unknown']);
    expect(resolved.map((item) => item.cluster_name)).toEqual(['dns']);
  });
});
