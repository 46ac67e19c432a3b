import { expect, it } from 'vitest';
import { rejectedFindings } from '../../../src/app/drift/rejected.ts';
import { staleFindings } from '../../../src/app/drift/stale.ts';
import type { ExaminedProxy, Rejection } from '../../../src/app/drift/types.ts';
import type { Difference } from '../../../src/compare/types.ts';
import type { ProxyConfig } from '../../../src/model/envoy.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import { catalog, cluster, clusterPatch, filter, patches } from '../../compile/envoyfilter/small-mesh.ts';

/** What a proxy should hold: one cluster with a patch's value merged in. */
function patched(value: object): ProxyConfig {
  const clusters = patches([filter([clusterPatch('MERGE', value as never)])]).clusters([cluster(catalog)]);
  return { clusters, endpoints: [], listeners: [], routes: [] };
}

function examined(state: ExaminedProxy['state'], ...rejections: Rejection[]): ExaminedProxy {
  return { proxy: { id: 'shop/cart-1' } as Proxy, state, row: {}, rejections };
}

it('finds the field that Envoy names in words', () => {
  const expected = patched({ lb_policy: 'MAGLEV', maglev_lb_config: { table_size: 100 } });
  const name = expected.clusters[0]?.name ?? '';
  const details = `Error adding/updating cluster(s) ${name}: The table size of maglev must be prime number`;
  const [finding] = rejectedFindings(
    examined('rejected', { type: 'cluster', name, details }),
    expected,
    [],
    (it) => it,
  );
  expect(finding?.field).toBe('spec.configPatches[0].patch.value.maglev_lb_config.table_size');
});

it('tells one field that a proxy is behind with once, by the live value that is the likeliest', () => {
  const expected = patched({ connect_timeout: '7s' });
  const name = expected.clusters[0]?.name ?? '';
  const difference = (live: unknown): Difference => ({
    type: 'cluster',
    name,
    kind: 'changed',
    expectedPath: ['connect_timeout'],
    livePath: ['connect_timeout'],
    expected: '7s',
    live,
    leaves: 1,
  });
  const differences = [difference(undefined), difference({ filters: [] }), difference('2s')];
  const findings = staleFindings([{ examined: examined('stale'), expected, differences }], (it) => it);
  expect(findings.map(({ field, live, evidence }) => [field, live, evidence?.length])).toEqual([
    ['spec.configPatches[0].patch.value.connect_timeout', '2s', 3],
  ]);
});
