/**
 * Writes docs/supported.md: every field of every kind, and how far it is compiled.
 *
 *     npm run supported [-- RECORDING...]
 *     npm run supported -- --print      (from what was found before, without recordings)
 *
 * The proof of a field is an experiment: in a recording whose proxies the compiler explains without remainder, the field
 * is taken away or changed, and what a proxy is sent must change. What was found is kept in scripts/supported/proofs.json.
 */
import { writeFileSync } from 'node:fs';
import { findRecordings, recordingsRoot } from './conformance/recordings.ts';
import { Measure } from './supported/effect.ts';
import { prove, type Subject, subjectOf } from './supported/judge.ts';
import { fieldLists, meshKind } from './supported/lists.ts';
import { print } from './supported/print.ts';
import { readProofs, writeProofs } from './supported/proofs.ts';

const lists = fieldLists();
if (process.argv.includes('--print')) {
  readProofs(lists);
  writeFileSync('docs/supported.md', print(lists));
  process.exit(0);
}

const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const recordings = findRecordings(
  recordingsRoot(),
  patterns.length > 0 ? patterns : ['feature-*', 'baseline', 'pattern-*', 'fault-*'],
);

for (const recording of recordings) {
  const start = performance.now();
  const measure = await Measure.of(recording);
  if (!measure) continue;
  const mesh: Subject = { object: measure.mesh, effect: (object) => measure.effectOfMesh(object) };
  for (const { kind, fields } of lists) {
    const resources = measure.resources.filter((item) => item.kind === kind.kind && item.group === kind.group);
    const subjects = kind === meshKind ? [mesh] : resources.map((resource) => subjectOf(measure, resource));
    if (subjects.length > 0) for (const field of fields) prove(field, measure, subjects);
  }
  const count = (key: 'proof' | 'recorded') => lists.flatMap(({ fields }) => fields).filter((it) => it[key]).length;
  const seconds = Math.round((performance.now() - start) / 1000);
  console.error(`${recording.name}: ${seconds} s; ${count('recorded')} fields recorded, ${count('proof')} proven`);
  writeProofs(lists);
  writeFileSync('docs/supported.md', print(lists));
}
