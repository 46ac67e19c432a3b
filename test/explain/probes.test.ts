import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { differences } from '../../scripts/probes/differences.ts';
import { type CompactProbe, type CompactProbes, Replay } from '../../scripts/probes/replay.ts';

const file = join(import.meta.dirname, '../../fixtures/probes.json.br');
const all = JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')) as CompactProbes;

describe('requests that real Envoys got, predicted from what their dumps hold', () => {
  const replay = new Replay(all);
  const recordings = [...Map.groupBy(all.probes, (it) => it.recording)];

  it.each(recordings)('%s', (_, probes) => {
    const wrong: string[] = [];
    for (const it of probes) {
      const answer = replay.answer(it);
      if ((answer.outcome.kind === 'open') !== it.open) wrong.push(`${it.probe.id}: ${answer.outcome.reason}`);
      if (it.aside) continue;
      wrong.push(...differences({ lab: labOf(it) }, answer, it.probe).map((words) => `${it.probe.id} ${words}`));
    }
    expect(wrong).toEqual([]);
  });

  it('are many, and few of them cannot be told', () => {
    expect(all.probes.length).toBeGreaterThan(1000);
    expect(all.probes.filter((it) => it.open || it.aside).length).toBeLessThan(all.probes.length / 10);
  });
});

function labOf({ foreign }: CompactProbe): Parameters<typeof differences>[0]['lab'] {
  return { application: () => undefined, echoes: () => !foreign };
}
