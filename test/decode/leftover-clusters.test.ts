import { describe, expect, it } from 'vitest';
import { emptyLiveProxy } from '../../src/decode/index.ts';
import { setLeftoverClustersAside } from '../../src/decode/leftover-clusters.ts';

function gateway(serverNames: string[]) {
  const live = emptyLiveProxy();
  live.config.clusters = [{ name: 'outbound_.80_._.a.shop.svc.cluster.local' }, { name: 'BlackHoleCluster' }];
  live.config.endpoints = [{ cluster_name: 'outbound_.80_._.a.shop.svc.cluster.local' }];
  live.config.listeners = [
    { name: '0.0.0.0_443', filter_chains: [{ filter_chain_match: { server_names: serverNames }, filters: [] }] },
  ];
  setLeftoverClustersAside(live);
  return live;
}

describe('clusters of AUTO_PASSTHROUGH', () => {
  it('are left over once no listener names one', () => {
    const live = gateway(['a.example']);
    expect(live.config.clusters.map(({ name }) => name)).toEqual(['BlackHoleCluster']);
    expect(live.config.endpoints).toEqual([]);
    expect(live.aside.filter(({ type }) => type === 'cluster')).toMatchObject([
      { name: 'outbound_.80_._.a.shop.svc.cluster.local', why: 'leftoverCluster' },
    ]);
  });

  it('stay while a listener leads to them', () => {
    expect(gateway(['outbound_.80_._.a.shop.svc.cluster.local']).config.clusters).toHaveLength(2);
  });
});
