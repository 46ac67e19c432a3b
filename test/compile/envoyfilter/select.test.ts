import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { catalog, cluster, clusterPatch, filter, type Options, patches } from './small-mesh.ts';

describe('which EnvoyFilters hold', () => {
  const merge = clusterPatch('MERGE', { connectTimeout: '1s' });
  const timeout = (...filters: ReturnType<typeof filter>[]) =>
    patches(filters).clusters([cluster(catalog)])[0]?.['connect_timeout'];

  it.each<[string, Options, string]>([
    ['in the namespace', {}, '1s'],
    ['in another namespace', { metadata: { namespace: 'other' } }, '10s'],
    ['in the root namespace', { metadata: { namespace: 'istio-system' } }, '1s'],
    ['for its labels', { spec: { workloadSelector: { labels: { app: 'cart' } } } }, '1s'],
    ['for other labels', { spec: { workloadSelector: { labels: { app: 'db' } } } }, '10s'],
    [
      'for a Gateway',
      { spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }] } },
      '10s',
    ],
  ])('%s', (_what, options, expected) => {
    expect(timeout(filter([merge], options))).toBe(expected);
  });

  it.each<[JsonObject, string]>([
    [{ proxyVersion: '^1\\.2[0-9].*' }, '1s'],
    [{ proxyVersion: '29' }, '1s'],
    [{ proxyVersion: '^1\\.30' }, '10s'],
    [{ metadata: { TIER: 'gold' } }, '1s'],
    [{ metadata: { TIER: 'silver' } }, '10s'],
  ])('for a proxy of %j', (proxy, expected) => {
    expect(timeout(filter([clusterPatch('MERGE', { connect_timeout: '1s' }, { proxy })]))).toBe(expected);
  });

  it('in order: priority, then root namespace, then as they come', () => {
    const at = (seconds: number, options: Options) =>
      filter([clusterPatch('MERGE', { connect_timeout: `${seconds}s` })], options);
    const root = { namespace: 'istio-system' };
    expect(timeout(at(1, { spec: { priority: 1 } }), at(2, {}))).toBe('1s');
    expect(timeout(at(1, {}), at(2, { metadata: root }))).toBe('1s');
    expect(timeout(at(1, {}), at(2, {}))).toBe('2s');
    expect(timeout(at(1, { metadata: root, spec: { priority: 1 } }), at(2, {}))).toBe('1s');
  });
});
