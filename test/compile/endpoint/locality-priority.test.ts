import { describe, expect, it } from 'vitest';
import { applyLocality } from '../../../src/compile/endpoint/locality-priority.ts';
import type { Message } from '../../../src/model/envoy.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const places = ['a/1/x', 'a/1/y', 'a/2', 'b/1', 'c/1'];

interface Case {
  setting: JsonObject;
  outlierDetection?: boolean;
  labels?: Record<string, string>[];
  kind?: 'locality' | 'zone-aware';
  version?: string;
}

/** What a proxy in a/1/x makes of localities: `priority/weight` of each, `-` for one that lost its endpoints. */
function seen({ setting, outlierDetection = true, labels, kind = 'locality', version = '1.32.0' }: Case): string[] {
  const registry = meshOf(podYaml('shop/client-1', { labels: { tier: 'gold' } }), { version });
  const proxy = { ...proxyOf(registry, 'shop/client-1'), locality: { region: 'a', zone: '1', subzone: 'x' } };
  const endpoints = places.map((place): Message => {
    const [region, zone, sub_zone] = place.split('/');
    return {
      locality: { region, zone, ...(sub_zone ? { sub_zone } : {}) },
      lb_endpoints: [{ load_balancing_weight: 1 }],
      load_balancing_weight: 1,
    };
  });
  const groups =
    labels && endpoints.map((message, index) => ({ message, endpoints: [{ labels: labels[index] ?? {} }] }));
  const result = applyLocality(
    endpoints,
    groups,
    proxy,
    registry,
    { kind, setting, force: kind === 'zone-aware' },
    outlierDetection,
  );
  expect(endpoints.every((group) => group['priority'] === undefined)).toBe(true);
  return result.map((group) =>
    group['lb_endpoints'] ? `${group['priority'] ?? 0}/${group['load_balancing_weight']}` : '-',
  );
}

describe('localities of a load assignment', () => {
  it('are ordered by distance where hosts can be ejected', () => {
    expect(seen({ setting: {} })).toEqual(['0/1', '1/1', '2/1', '3/1', '3/1']);
    expect(seen({ setting: {}, outlierDetection: false })).toEqual(['0/1', '0/1', '0/1', '0/1', '0/1']);
  });

  it('put the region of failover before the others', () => {
    expect(seen({ setting: { failover: [{ from: 'a', to: 'c' }] } })).toEqual(['0/1', '1/1', '2/1', '4/1', '3/1']);
    expect(seen({ setting: { failover: [{ from: 'b', to: 'c' }] } })).toEqual(['0/1', '1/1', '2/1', '3/1', '3/1']);
  });

  it('share the weights of distribute, and lose what it does not name', () => {
    const distribute = [{ from: 'a/1/*', to: { 'a/1/*': 70, 'b/*': 30 } }];
    expect(seen({ setting: { distribute }, outlierDetection: false })).toEqual(['0/35', '0/35', '-', '0/30', '-']);
    expect(seen({ setting: { distribute: [{ from: 'z', to: { a: 100 } }] } })).toEqual([
      '0/1',
      '0/1',
      '0/1',
      '0/1',
      '0/1',
    ]);
  });

  it('are ranked by labels', () => {
    const labels: Record<string, string>[] = [{ tier: 'iron' }, { tier: 'gold' }, {}, { tier: 'gold' }, {}];
    expect(seen({ setting: { failoverPriority: ['tier'] }, labels })).toEqual(['1/1', '0/1', '1/1', '0/1', '1/1']);
    expect(seen({ setting: { failoverPriority: ['tier=iron'] }, labels })).toEqual(['0/1', '1/1', '1/1', '1/1', '1/1']);
    expect(seen({ setting: { failoverPriority: ['tier'] } })).toEqual(['0/1', '0/1', '0/1', '0/1', '0/1']);
  });

  it('of another network keep their ranks among themselves from 1.32 on', () => {
    const failoverPriority = ['topology.istio.io/network', 'tier'];
    const far = { 'topology.istio.io/network': 'far' };
    const labels: Record<string, string>[] = [{ tier: 'gold' }, {}, { ...far, tier: 'gold' }, far, far];
    expect(seen({ setting: { failoverPriority }, labels })).toEqual(['0/1', '1/1', '2/1', '3/1', '3/1']);
    expect(seen({ setting: { failoverPriority }, labels, version: '1.29.0' })).toEqual([
      '0/1',
      '1/1',
      '2/1',
      '2/1',
      '2/1',
    ]);
  });

  it('count regions only where routing is zone-aware', () => {
    expect(seen({ kind: 'zone-aware', setting: {} })).toEqual(['0/1', '0/1', '0/1', '1/1', '1/1']);
    expect(seen({ kind: 'zone-aware', setting: { failover: [{ from: 'a', to: 'c' }] } })).toEqual([
      '0/1',
      '0/1',
      '0/1',
      '2/1',
      '1/1',
    ]);
  });
});
