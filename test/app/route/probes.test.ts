import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeProbe } from '../../../scripts/probes/judge.ts';
import { judgeLabel } from '../../../scripts/probes/labels.ts';
import { readRecording, recordingsWithProbes, sides } from '../../../scripts/probes/recording.ts';

/** The recordings beside the tests, and all of them where they are unpacked. */
const roots = [
  join(import.meta.dirname, '../../../fixtures/recordings'),
  process.env['MESH_RECORDINGS'] ?? '.recordings',
];
const recordings = roots
  .filter((root) => existsSync(root))
  .flatMap((root) => recordingsWithProbes(root).map((name) => ({ root, name })));

let right = 0;

describe('requests that were really sent', () => {
  afterAll(() => expect(right).toBeGreaterThan(20));

  it('there are some', () => {
    expect(recordings.length).toBeGreaterThan(0);
  });

  it.each(recordings)('$name: predicted from dumps, from the API server, from Git', async ({ root, name }) => {
    const recording = await readRecording(root, name);
    expect(recording.probes.length).toBeGreaterThan(0);
    const wrong: string[] = [];
    for (const probe of recording.probes)
      for (const side of sides) {
        const judgement = judgeProbe(recording, side, probe);
        if (judgement?.verdict === 'right') right++;
        if (judgement?.verdict === 'wrong') wrong.push(`${side}, ${judgement.id}: ${judgement.wrong.join('; ')}`);
      }
    for (const label of recording.labels) {
      const { verdict, words } = judgeLabel(recording, label);
      if (verdict === 'wrong') wrong.push(`label ${label.probe}: ${words}`);
    }
    expect(wrong).toEqual([]);
  });
});
