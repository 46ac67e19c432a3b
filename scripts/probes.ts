/**
 * `npm run probes [-- RECORDING...]`: predicts every request that was really sent in the recordings, from the recorded dumps
 * and from what the API server's objects compile to, and holds status, route, cluster, response flag, location and the
 * request upstream against what happened. Exits 1 where any prediction from a dump is wrong.
 */
import { basename } from 'node:path';
import { type Judgement, judgeProbe, proxiesOf } from './probes/judge.ts';
import { readRecording, recordingsWithProbes } from './probes/recording.ts';

const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
const verbose = process.argv.includes('--verbose');
const names = recordingsWithProbes(root).filter(
  (name) => wanted.length === 0 || wanted.some((it) => name === it || basename(name) === it),
);
if (names.length === 0) {
  console.error(`no recordings with probes below ${root}; set MESH_RECORDINGS`);
  process.exit(2);
}

const totals = { live: count(), expected: count() };
for (const name of names) {
  const recording = await readRecording(root, name);
  const lines: string[] = [];
  const here = { live: count(), expected: count() };
  for (const probe of recording.probes) {
    for (const side of ['live', 'expected'] as const) {
      const judgement = judgeProbe(recording, recording[side], probe);
      // What Git or the API server says is in force only where the proxies have it.
      if (side === 'expected' && !proxiesOf(judgement.answer).every(recording.inSync)) continue;
      here[side][judgement.verdict]++;
      totals[side][judgement.verdict]++;
      if (judgement.verdict === 'wrong' || verbose) lines.push(`  ${side} ${describe(judgement, probe.url)}`);
    }
  }
  console.log(`${name}: ${recording.probes.length} probes, dump ${shown(here.live)}, compiled ${shown(here.expected)}`);
  for (const line of new Set(lines)) console.log(line);
}
console.log(`${names.length} recordings: dump ${shown(totals.live)}, compiled ${shown(totals.expected)}`);
process.exitCode = totals.live.wrong > 0 ? 1 : 0;

function count(): Record<Judgement['verdict'], number> {
  return { right: 0, open: 0, wrong: 0 };
}

function shown({ right, open, wrong }: ReturnType<typeof count>): string {
  return `${right} right, ${open} open, ${wrong} wrong`;
}

function describe({ id, verdict, wrong, reason }: Judgement, url: string): string {
  return `${verdict} ${id} ${url.slice(0, 80)} ${wrong.join('; ')}${reason ?? ''}`;
}
