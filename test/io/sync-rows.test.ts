import { expect, it } from 'vitest';
import { syncRows } from '../../src/io/sync-rows.ts';

const row = { proxy: 'cart.shop' };

it.each<[string, unknown, unknown]>([
  ['a list', [row], [row]],
  ['nothing', null, []],
  ['a discovery response', { versionInfo: '1', resources: [row] }, [row]],
  ['one of incremental xDS', { resources: [{ name: 'cart.shop', resource: row }] }, [row]],
  ['a status response of CSDS', { config: [row] }, [row]],
  ['an error', { error: 'forbidden' }, undefined],
  ['a text', 'EOF', undefined],
  ['a list of something else', [1], undefined],
])('%s of rows', (_, answer, rows) => {
  expect(syncRows(answer)).toEqual(rows);
});
