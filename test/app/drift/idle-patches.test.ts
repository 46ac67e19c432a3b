import { expect, it } from 'vitest';
import { IdlePatches } from '../../../src/app/drift/idle-patches.ts';
import { noteIdle } from '../../../src/compile/envoyfilter/index.ts';
import { catalog, cluster, clusterPatch, filter, patches } from '../../compile/envoyfilter/small-mesh.ts';

/** The idle patches of two proxies that get the clusters of `catalog`. */
function found(...envoyFilters: ReturnType<typeof filter>[]) {
  const idle = new IdlePatches();
  for (const proxy of ['shop/b-1', 'shop/a-1']) {
    const applied = patches(envoyFilters);
    const clusters = applied.clusters([cluster(catalog)]);
    idle.add(proxy, noteIdle({ clusters, endpoints: [], listeners: [], routes: [] }, applied));
  }
  return idle.findings((resource) => resource);
}

it('names a patch that changes nothing once, with all proxies in which it does nothing', () => {
  const misses = clusterPatch('MERGE', { connectTimeout: '1s' }, { cluster: { service: 'nobody.example' } });
  const findings = found(filter([clusterPatch('MERGE', { connectTimeout: '2s' }), misses]));
  expect(findings.map(({ severity, code, field, proxies }) => [severity, code, field, proxies])).toEqual([
    ['info', 'MESH0022', 'spec.configPatches[1]', ['shop/a-1', 'shop/b-1']],
  ]);
});

it('is silent about a patch that does something', () => {
  expect(found(filter([clusterPatch('MERGE', { connectTimeout: '2s' })]))).toEqual([]);
});
