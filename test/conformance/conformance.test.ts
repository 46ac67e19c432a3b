import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measure, resourceTypes } from '../../scripts/conformance/measure.ts';
import { loadCompiler } from '../../scripts/conformance/parts.ts';
import { findRecordings } from '../../scripts/conformance/recordings.ts';
import { figuresByType } from '../../scripts/conformance/totals.ts';

const ratchet = JSON.parse(readFileSync('test/conformance/ratchet.json', 'utf8'));
const recordings = findRecordings('fixtures/recordings', []);

describe('what is compiled from the API server agrees with what recorded proxies hold', async () => {
  const compiler = await loadCompiler();
  it.each(recordings)('$name', async (recording) => {
    const results = await measure(compiler, recording, { types: resourceTypes });
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const inSync = results.filter(({ sync }) => sync === 'synced');
    expect(inSync.length).toBeGreaterThan(0);
    const sums = figuresByType(inSync);
    for (const type of resourceTypes) {
      const { leaves, notCompared, unexplained } = sums[type];
      expect(leaves).toBeGreaterThan(0);
      expect(unexplained, `unexplained leaves of ${type}s`).toBeLessThanOrEqual(
        ratchet[recording.name][type].unexplained,
      );
      // Fixtures hold some of a recording's proxies: the share is not that of the ratchet.
      expect(notCompared / leaves).toBeLessThan(0.05);
    }
  });
});
