/**
 * Tests the report by sabotage: changes one random leaf of a recorded proxy's config at a time and counts how many
 * changes the comparison shows, how many become a finding of `drift`, and how many of these name the right resource.
 *
 *     npm run mutation [-- RECORDING...] [--count N] [--lines N] [--seed N] [--at-least PERCENT]
 *
 * Of each proxy only the resource types without unexplained differences are used, so that each difference is the
 * mutation's. Then changes one line of a recording's Git files at a time (--lines N), compiles what it would be if that
 * were applied, compares it with the recorded dumps, and counts what is led back to resource, field, file and line.
 */
import { parseArgs } from 'node:util';
import { examine } from '../src/app/drift/examine.ts';
import { toRegistryInput } from '../src/app/registry-input.ts';
import { compileProxy } from '../src/compile/index.ts';
import type { LiveProxy } from '../src/decode/index.ts';
import { readCaptureState } from '../src/io/capture-source.ts';
import type { ProxyConfig } from '../src/model/envoy.ts';
import { formatPath } from '../src/model/json.ts';
import type { Proxy } from '../src/model/proxy.ts';
import { resourceName } from '../src/model/resource.ts';
import { buildRegistry } from '../src/registry/index.ts';
import type { RegistryInput } from '../src/registry/types.ts';
import { findRecordings, type Recording, recordingsRoot } from './conformance/recordings.ts';
import { gitFiles, judgeLine, mutableLines } from './mutation/git.ts';
import { judge, type Outcome, rightOrigins, type Subject } from './mutation/judge.ts';
import { leavesOf, mutate } from './mutation/mutate.ts';
import { random } from './mutation/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '2000' },
    lines: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '20' },
    'at-least': { type: 'string', default: '99.9' },
  },
});

const next = random(Number(values.seed));
const recordings = findRecordings(recordingsRoot(), positionals.length > 0 ? positionals : ['baseline', 'feature-*']);
const linesPerRecording = Math.ceil(Number(values.lines) / recordings.length);
const perRecording = Math.ceil(Number(values.count) / recordings.length);
const total = { proxies: 0, mutations: 0, notCompared: 0, found: 0, reported: 0, fromResource: 0, attributed: 0 };
const git = { lines: 0, felt: 0, resource: 0, field: 0, line: 0, exact: 0, around: 0, within: 0, elsewhere: 0, any: 0 };
const missed: string[] = [];

for (const recording of recordings) {
  const state = await readCaptureState(`${recording.directory}/capture`);
  const registry = buildRegistry(toRegistryInput(state));
  const live = new Map<string, ProxyConfig>();
  const observe = (proxy: Proxy, _: unknown, { config }: LiveProxy) => live.set(proxy.id, config);
  const { proxies } = await examine(state, registry, { concurrency: 1, observe });
  const inSync = proxies.flatMap((it): Subject[] => {
    const { proxy, state } = it.examined;
    const config = live.get(proxy.id);
    if (state !== 'synced' || !config) return [];
    // Examined proxies share equal resources, which loses where each came from.
    return [{ ...it, expected: compileProxy(proxy, registry), live: config }];
  });
  await mutateGit(recording, toRegistryInput(state), inSync);
  const perProxy = Math.ceil(perRecording / Math.max(1, inSync.length));
  for (const proxy of inSync) {
    const dirty = new Set(proxy.differences.map(({ type }) => type));
    const leaves = leavesOf(proxy.live).filter(({ type }) => !dirty.has(type));
    if (leaves.length === 0) continue;
    total.proxies++;
    for (let at = 0; at < perProxy; at++) {
      const leaf = leaves[Math.floor(next() * leaves.length)];
      if (!leaf) continue;
      const right = rightOrigins(proxy, leaf);
      const mutation = mutate(leaf, next);
      const outcome = judge(proxy, inSync, leaf, right);
      mutation.undo();
      count(outcome, `${recording.name} ${proxy.examined.proxy.id} ${leaf.type} ${leaf.name}`, mutation.what);
    }
  }
}

function count(outcome: Outcome, place: string, what: string): void {
  total.mutations++;
  for (const key of ['notCompared', 'found', 'reported', 'fromResource', 'attributed'] as const)
    if (outcome[key]) total[key]++;
  const text = `${place} ${outcome.path}: ${what}`;
  if (!outcome.found && !outcome.notCompared) missed.push(`NOT FOUND ${text}`);
  else if (outcome.found && !outcome.reported) missed.push(`NOT REPORTED ${text}`);
  else if (outcome.fromResource && !outcome.attributed)
    missed.push(`LED TO ${outcome.ledTo}, NOT ${outcome.right} ${text}`);
}

async function mutateGit(recording: Recording, input: RegistryInput, subjects: readonly Subject[]): Promise<void> {
  // A proxy that differs already would be counted as touched.
  const clean = subjects.filter(({ differences }) => differences.length === 0);
  const files = gitFiles(recording.directory);
  const lines = clean.length > 0 ? mutableLines(files, input.resources) : [];
  for (let at = 0; at < linesPerRecording && lines.length > 0; at++) {
    const [change] = lines.splice(Math.floor(next() * lines.length), 1);
    if (!change) continue;
    const outcome = await judgeLine(change, files, input, clean);
    git.lines++;
    if (outcome.proxies === 0) continue;
    git.felt++;
    for (const key of ['resource', 'field', 'line'] as const) if (outcome[key]) git[key]++;
    for (const key of ['exact', 'around', 'within', 'elsewhere'] as const) git[key] += outcome[key];
    if (outcome.exact > 0) git.any++;
    const { file, line, what, after, path } = change;
    const { exact, around, within, elsewhere } = outcome;
    const place = `${recording.name} ${file}:${line} ${resourceName(after)} ${formatPath(path)}: ${what}`;
    if (!outcome.line) missed.push(`TOLD AS ${outcome.told || 'nothing'} ${place}`);
    if (exact === 0)
      missed.push(`NO LEAF LED TO THE LINE (${around} around, ${within} within, ${elsewhere} elsewhere) ${place}`);
  }
}

if (total.mutations === 0) throw new Error('nothing was mutated: no proxy compiles without unexplained differences');
const compared = total.mutations - total.notCompared;
const percent = (part: number, all: number) => `${((100 * part) / Math.max(1, all)).toFixed(3)}%`;
console.log(`${total.mutations} mutations on ${total.proxies} proxies (seed ${values.seed})`);
console.log(`  in what is not compared   ${total.notCompared}`);
console.log(`  found by the comparison   ${total.found} (${percent(total.found, compared)} of what is compared)`);
console.log(`  reported by drift         ${total.reported} (${percent(total.reported, compared)})`);
console.log(
  `  with the right resource   ${total.attributed} (${percent(total.attributed, total.fromResource)} of ${total.fromResource} whose value comes from one)`,
);
const differences = git.exact + git.around + git.within + git.elsewhere;
console.log(`${git.lines} lines of Git changed, ${git.felt} of which change some proxy`);
console.log(`  drift names the resource  ${git.resource} (${percent(git.resource, git.felt)})`);
console.log(`  the field                 ${git.field} (${percent(git.field, git.felt)})`);
console.log(`  the file and line         ${git.line} (${percent(git.line, git.felt)})`);
console.log(`  some difference from the dumps leads to that line  ${git.any} (${percent(git.any, git.felt)})`);
console.log(
  `  of ${differences} differences: to that line ${percent(git.exact, differences)}, to a key around it ${percent(git.around, differences)}, elsewhere in the resource ${percent(git.within, differences)}, to others ${percent(git.elsewhere, differences)}`,
);
for (const text of missed.slice(0, Number(values.show))) console.log(text);
const enough = Number(values['at-least']) / 100;
if (total.reported < compared * enough || total.attributed < total.fromResource * enough) process.exitCode = 1;
if (git.line < git.felt * enough) process.exitCode = 1;
