import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Judgement, judgeProbe, proxiesOf } from '../../../scripts/probes/judge.ts';
import { type RouteLabel, readRecording, recordingsWithProbes } from '../../../scripts/probes/recording.ts';

/** The recordings beside the tests, and all of them where they are unpacked. */
const roots = [
  join(import.meta.dirname, '../../../fixtures/recordings'),
  process.env['MESH_RECORDINGS'] ?? '.recordings',
];
const recordings = roots
  .filter((root) => existsSync(root))
  .flatMap((root) => recordingsWithProbes(root).map((name) => ({ root, name })));

/** What no configuration has: redirection that was taken away inside a running pod, and a Secret that was never made. */
const unseen: Record<string, { live?: string[]; expected?: string[] }> = {
  'fault-iptables-flushed': { live: ['outbound'], expected: ['outbound'] },
  'feature-gateway-tls': { expected: ['no-secret'] },
};

let sure = 0;

describe('requests that were really sent', () => {
  afterAll(() => expect(sure).toBeGreaterThan(5));

  it('there are some', () => {
    expect(recordings.length).toBeGreaterThan(0);
  });

  it.each(recordings)(
    '$name: the dump predicts all, the compiled configuration where proxies are in sync',
    async ({ root, name }) => {
      const recording = await readRecording(root, name);
      const exempt = unseen[name.split('/')[1] ?? ''] ?? {};
      const wrong: string[] = [];
      let right = 0;
      const judgements = new Map<string, Judgement>();
      for (const probe of recording.probes) {
        const live = judgeProbe(recording, recording.live, probe);
        judgements.set(live.id, live);
        if (live.verdict === 'right') right++;
        if (live.verdict === 'wrong' && !exempt.live?.includes(live.id))
          wrong.push(`dump, ${live.id}: ${live.wrong.join('; ')}`);
        const expected = judgeProbe(recording, recording.expected, probe);
        if (!proxiesOf(expected.answer).every(recording.inSync)) continue;
        if (expected.verdict === 'wrong' && !exempt.expected?.includes(expected.id))
          wrong.push(`compiled, ${expected.id}: ${expected.wrong.join('; ')}`);
      }
      for (const label of recording.labels)
        wrong.push(...judgeLabel(label, judgements.get(label.probe), exempt.live ?? []));
      expect(wrong).toEqual([]);
      expect(recording.probes.length).toBeGreaterThan(0);
      sure += right;
    },
  );
});

/** Holds what a person wrote of a probe against the prediction. */
function judgeLabel(label: RouteLabel, judgement: Judgement | undefined, exempt: string[]): string[] {
  const answer = judgement?.answer;
  if (!answer || judgement?.verdict !== 'right' || exempt.includes(label.probe)) return [];
  const { outcome, hop } = answer;
  const wrong: string[] = [];
  const compare = (what: string, wanted: unknown, predicted: unknown): void => {
    if (JSON.stringify(wanted) !== JSON.stringify(predicted))
      wrong.push(`label ${label.probe} ${what}: ${JSON.stringify(wanted)}, predicted ${JSON.stringify(predicted)}`);
  };
  if (label.status !== undefined) compare('status', label.status, outcome.status ?? 0);
  if (label.flag !== undefined && !outcome.flag.split(',').includes(label.flag))
    compare('flag', label.flag, outcome.flag);
  const named = hop?.route?.name ?? null;
  if (label.route !== undefined && hop?.protocol === 'http')
    compare('route', label.route === 'none' ? null : label.route, named);
  const clusters = outcome.flag === 'NC' ? [] : (hop?.clusters ?? []).map((it) => it.cluster);
  if (label.cluster !== undefined)
    compare('cluster', label.cluster === null ? [] : [label.cluster].flat().sort(), clusters.sort());
  return wrong;
}
