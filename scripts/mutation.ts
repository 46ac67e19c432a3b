/**
 * Tests the comparison by sabotage: changes one random leaf of a recorded dump at a time and counts how many changes the
 * comparison with the compiled config shows, and how many it leads to a resource.
 *
 *     npm run mutation [-- RECORDING...] [--count N] [--seed N] [--at-least PERCENT]
 *
 * Of each proxy only the resource types without unexplained differences are used, so that each difference is the mutation's.
 */
import { parseArgs } from 'node:util';
import { compareConfigs } from '../src/compare/index.ts';
import { decodeConfigDump } from '../src/decode/index.ts';
import { syncStatus } from '../src/decode/sync.ts';
import { readCapture } from '../src/io/capture.ts';
import { loadCompiler } from './conformance/parts.ts';
import { findRecordings, recordingsRoot } from './conformance/recordings.ts';
import { judge, type Outcome, rightOrigins } from './mutation/judge.ts';
import { leavesOf, mutate } from './mutation/mutate.ts';
import { random } from './mutation/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    'at-least': { type: 'string', default: '99.9' },
  },
});

const count = Number(values.count);
const next = random(Number(values.seed));
const compiler = await loadCompiler();
const recordings = findRecordings(recordingsRoot(), positionals.length > 0 ? positionals : ['baseline', 'feature-*']);
const perRecording = Math.ceil(count / recordings.length);
const missed: Outcome[] = [];
const total = { proxies: 0, mutations: 0, found: 0, originated: 0, attributed: 0, notCompared: 0 };

for (const recording of recordings) {
  const capture = await readCapture(`${recording.directory}/capture`);
  const registry = compiler.buildRegistry({ resources: capture.resources, istiod: capture.istiods[0] });
  const syncz = capture.istiods.flatMap((istiod) => istiod.syncz ?? []);
  const perProxy = Math.ceil(perRecording / Math.max(1, capture.proxies.length));
  for (const recorded of capture.proxies) {
    const proxy = registry.proxies.find(({ id }) => id === recorded.id);
    if (!proxy) continue;
    const live = decodeConfigDump(await recorded.configDump());
    if (syncStatus(recorded.id, syncz, live).state !== 'in sync') continue;
    const expected = compiler.compile(proxy, registry).config;
    const clean = compareConfigs(expected, live.config);
    const dirty = new Set(clean.differences.map(({ type }) => type));
    const leaves = leavesOf(live.config).filter(({ type }) => !dirty.has(type));
    if (leaves.length === 0) continue;
    total.proxies++;
    for (let at = 0; at < perProxy; at++) {
      const leaf = leaves[Math.floor(next() * leaves.length)];
      if (!leaf) continue;
      const right = rightOrigins(expected, live.config, leaf);
      const mutation = mutate(leaf, next);
      const outcome = judge(expected, live.config, leaf, mutation, right, clean);
      mutation.undo();
      total.mutations++;
      if (outcome.notCompared) total.notCompared++;
      if (outcome.found) total.found++;
      if (outcome.hasOrigin) total.originated++;
      if (outcome.attributed) total.attributed++;
      const lost = outcome.hasOrigin && !outcome.attributed;
      if ((!outcome.found && !outcome.notCompared) || lost)
        missed.push({ ...outcome, at: `${lost ? 'led elsewhere' : 'not found'}: ${recording.name} ${recorded.id}` });
    }
  }
}

if (total.mutations === 0) throw new Error('nothing was mutated: no proxy compiles without unexplained differences');
const share = (100 * total.found) / (total.mutations - total.notCompared);
console.log(`${total.mutations} mutations on ${total.proxies} proxies (seed ${values.seed})`);
console.log(`  found                        ${total.found} (${share.toFixed(3)}% of what is compared)`);
console.log(`  in what is not compared      ${total.notCompared}`);
console.log(`  led to a resource            ${total.attributed} of ${total.originated} whose value comes from one`);
for (const outcome of missed.slice(0, 20)) console.log(`MISSED, ${outcome.at}: ${outcome.what}`);
if (share < Number(values['at-least']) || total.attributed < total.originated) process.exitCode = 1;
