/**
 * `npm run probes [-- RECORDING...] [--verbose] [--ratchet [--update]] [--compact]`: predicts every request that was really
 * sent in the recordings: from the recorded dumps, from what the API server's objects compile to, and from Git. Holds status, route,
 * cluster, response flag, location and the request upstream against what happened, and people's labels as well. Exits 1
 * where any prediction is wrong; with --ratchet also where fewer are right than before. --compact writes what the engine
 * looked at beside the tests, so that they ask again without recordings.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { Compact } from './probes/compact.ts';
import { type Judgement, judgeProbe } from './probes/judge.ts';
import { judgeLabel } from './probes/labels.ts';
import { checkRatchet, type Figures } from './probes/ratchet.ts';
import { readRecording, recordingsWithProbes, type SideName, sides } from './probes/recording.ts';

const compactFile = 'fixtures/probes.json.br';
const densest = { params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 11 } };
const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2).filter((it) => !it.startsWith('-'));
const flag = (name: string): boolean => process.argv.includes(`--${name}`);
const names = recordingsWithProbes(root).filter(
  (name) => wanted.length === 0 || wanted.some((it) => name === it || basename(name) === it),
);
if (names.length === 0) {
  console.error(`no recordings with probes below ${root}; set MESH_RECORDINGS`);
  process.exit(2);
}

const compact = flag('compact') ? new Compact() : undefined;
const count = (): Figures => ({ right: 0, open: 0, aside: 0, wrong: 0 });
const totals: Record<SideName | 'labels', Figures> = { dump: count(), api: count(), git: count(), labels: count() };
const figures: Record<string, Record<string, Figures>> = {};
for (const name of names) {
  const recording = await readRecording(root, name);
  const lines: string[] = [];
  const here = { dump: count(), api: count(), git: count(), labels: count() };
  const add = (what: keyof typeof here, verdict: Judgement['verdict'], words: string): void => {
    here[what][verdict]++;
    totals[what][verdict]++;
    if (verdict === 'wrong' || flag('verbose')) lines.push(`  ${what} ${verdict} ${words}`);
  };
  for (const probe of recording.probes)
    for (const side of sides) {
      if (side === 'dump') compact?.add(recording, probe);
      const judgement = judgeProbe(recording, side, probe);
      if (judgement) add(side, judgement.verdict, describe(judgement, probe.url));
    }
  for (const label of recording.labels) {
    const { verdict, words } = judgeLabel(recording, label);
    add('labels', verdict, `${label.probe} ${words}`);
  }
  figures[name] = here;
  console.log(`${name}: ${recording.probes.length} probes, dump ${shown(here.dump)}, git ${shown(here.git)}`);
  for (const line of new Set(lines)) console.log(line);
}
for (const [what, sums] of Object.entries(totals)) console.log(`${names.length} recordings, ${what}: ${shown(sums)}`);
if (compact) writeFileSync(compactFile, brotliCompressSync(JSON.stringify(compact.result()), densest));
const good = Object.values(totals).every((it) => it.wrong === 0);
const held = !flag('ratchet') || checkRatchet(figures, { update: flag('update'), whole: wanted.length === 0 });
process.exitCode = good && held ? 0 : 1;

function shown({ right, open, aside, wrong }: Figures): string {
  return `${right} right, ${open} open, ${aside} aside, ${wrong} wrong`;
}

function describe({ id, wrong, reason }: Judgement, url: string): string {
  return `${id} ${url.slice(0, 80)} ${wrong.join('; ')}${reason ?? ''}`;
}
