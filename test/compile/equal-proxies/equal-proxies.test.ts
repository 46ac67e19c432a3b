import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileProxy } from '../../../src/compile/index.ts';
import type { ProxyConfig } from '../../../src/model/envoy.ts';
import { meshOf, proxyOf } from '../../support/mesh.ts';
import { choosy, compileAlone, dbPod, leavesOf, nodeYaml, surroundings, tracing } from './small-mesh.ts';

const pods = [0, 1, 2].map((index) => dbPod(`db-${index}`, { labels: {}, addresses: [`10.0.0.1${index}`] })).join('');

function sharedAndAlone(yaml: string, ids: string[], version: string): { shared: ProxyConfig[]; alone: ProxyConfig[] } {
  const options = { version, mesh: tracing };
  const registry = meshOf(yaml, options);
  return {
    shared: ids.map((id) => compileProxy(proxyOf(registry, id), registry)),
    alone: ids.map((id) => {
      const own = meshOf(yaml, options);
      return compileAlone(proxyOf(own, id), own);
    }),
  };
}

const portAddresses = (config: ProxyConfig) =>
  config.listeners.map((listener) => listener.name).filter((name) => name.startsWith('10.0.0.'));

describe('replicas', () => {
  it.each(['1.29.0', '1.32.0'])(
    'are compiled once, and hold what each would alone, from its own origins (%s)',
    (version) => {
      const ids = ['shop/db-0', 'shop/db-1', 'shop/db-2'];
      const { shared, alone } = sharedAndAlone(surroundings + pods, ids, version);
      for (const [index, config] of shared.entries())
        expect(leavesOf(config)).toEqual(leavesOf(alone[index] as ProxyConfig));
      expect(shared[1]?.clusters[0]).toBe(shared[0]?.clusters[0]);
      expect(shared[1]?.routes[0]).toBe(shared[0]?.routes[0]);
      const both = (name: string) => shared.slice(0, 2).map((it) => it.listeners.find((item) => item.name === name));
      const [first, second] = both('10.0.0.12_5432');
      expect(first).toBeDefined();
      expect(second).toBe(first);
    },
  );

  it('have no listener for their own address of a headless service', () => {
    const { shared } = sharedAndAlone(surroundings + pods, ['shop/db-0', 'shop/db-1'], '1.29.0');
    expect(shared.map(portAddresses)).toEqual([
      ['10.0.0.11_5432', '10.0.0.12_5432', '10.0.0.11_7000', '10.0.0.12_7000'],
      ['10.0.0.10_5432', '10.0.0.12_5432', '10.0.0.10_7000', '10.0.0.12_7000'],
    ]);
  });

  it('lead from what only their pods decide to their own pod', () => {
    const { shared } = sharedAndAlone(surroundings + pods, ['shop/db-0', 'shop/db-1'], '1.29.0');
    for (const [index, config] of shared.entries()) {
      const named = new Set(leavesOf(config).flatMap((line) => line.match(/Pod shop\/db-\d/g) ?? []));
      expect([...named]).toEqual([`Pod shop/db-${index}`]);
    }
  });
});

/** One input of a replica changed, each in its own way; all may come together. */
const changes: Record<string, Parameters<typeof dbPod>[1] | { node: string }> = {
  'a label that much configuration asks for': { labels: { odd: 'yes' } },
  'a label that nothing asks for': { labels: { 'pod-template-hash': 'x1' } },
  'its version': { labels: { 'service.istio.io/canonical-revision': 'v2' } },
  'its application': { labels: { app: 'else' } },
  'node metadata': { labels: {}, environment: { ISTIO_META_TIER: 'gold' } },
  'its network': { labels: {}, environment: { ISTIO_META_NETWORK: 'n2' } },
  'its interception': { labels: {}, environment: { ISTIO_META_INTERCEPTION_MODE: 'TPROXY' } },
  'an idle timeout': { labels: {}, environment: { ISTIO_META_IDLE_TIMEOUT: '5s' } },
  'DNS capture': { labels: {}, environment: { ISTIO_META_DNS_CAPTURE: 'true' } },
  'proxy settings': {
    labels: {},
    environment: { PROXY_CONFIG: '{"proxyHeaders":{"requestId":{"disabled":true}}}' },
  },
  'its workload': { labels: {}, environment: { ISTIO_META_WORKLOAD_NAME: 'db-canary' } },
  'an address': { labels: {}, addresses: ['10.0.0.99'] },
  'two families': { labels: {}, addresses: ['10.0.0.11', 'fd00::11'] },
  'a node elsewhere': { node: 'far' },
  'another node of its zone': { node: 'beside' },
};

function changedPod(names: string[]): string {
  const all = names.map((name) => changes[name]).filter((it) => it !== undefined && 'labels' in it);
  const yaml = dbPod('db-1', {
    labels: Object.assign({}, ...all.map((it) => it.labels)),
    environment: Object.assign({}, ...all.map((it) => it.environment)),
    addresses: all.map((it) => it.addresses).findLast((it) => it !== undefined) ?? ['10.0.0.11'],
  });
  const node = names.map((name) => changes[name]).findLast((it) => it !== undefined && 'node' in it)?.node ?? 'near';
  return yaml.replace('"spec":{', `"spec":{"nodeName":"${node}",`);
}

describe('a proxy that differs in an input', () => {
  const nodes = nodeYaml('near', 'a') + nodeYaml('beside', 'a') + nodeYaml('far', 'b');
  const judge = (names: string[], configs: readonly string[], version: string, first: Record<string, string>): void => {
    const other = dbPod('db-0', { labels: first, addresses: ['10.0.0.10'] });
    const pods = other.replace('"spec":{', '"spec":{"nodeName":"near",') + changedPod(names);
    const yaml = surroundings + nodes + pods + configs.join('');
    const { shared, alone } = sharedAndAlone(yaml, ['shop/db-0', 'shop/db-1'], version);
    for (const [index, config] of shared.entries())
      expect(leavesOf(config)).toEqual(leavesOf(alone[index] as ProxyConfig));
  };
  const asked = 'a label that much configuration asks for';

  it.each(Object.keys(changes))('gets its own configuration: %s', (name) => {
    judge([name], choosy, '1.32.0', {});
    // EnvoyFilters keep pods of headless services apart: without them more is shared.
    const shareable = choosy.filter((config) => !config.includes('EnvoyFilter'));
    judge([name, asked], shareable, '1.29.0', { odd: 'yes' });
    const services = choosy.filter((config) => config.includes('"kind":"Service"'));
    judge([name], services, '1.29.0', {});
  });

  it.each(choosy.map((config, index) => [index, config] as const))(
    'gets its own where one thing is chosen by label (%i)',
    (_, config) => {
      judge([asked], [config], '1.29.0', {});
    },
  );

  it('gets its own configuration, whatever differs and is configured', () => {
    const some = fc.subarray(Object.keys(changes));
    const first = fc.constantFrom<Record<string, string>>({}, { odd: 'yes' });
    fc.assert(fc.property(some, fc.subarray([...choosy]), fc.constantFrom('1.29.0', '1.32.0'), first, judge), {
      numRuns: 40,
      seed: 7,
    });
  }, 60_000);
});
