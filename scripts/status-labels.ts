/**
 * `node scripts/status-labels.ts [RECORDING...]`: runs `status` and `drift` on every drift-* and fault-* recording and
 * holds the stale and rejected proxies that they tell of against the labels that people wrote (`expect` in
 * scenario.yaml). Prints a line a recording; exits 1 where a proxy is missing or one too many is told.
 */
import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { judgeStatus } from './status-labels/judge.ts';

const root = process.env['MESH_RECORDINGS'] ?? '.recordings';
const wanted = process.argv.slice(2);
const folders = globSync('*/{drift,fault}-*/scenario.yaml', { cwd: root })
  .map(dirname)
  .filter((name) => wanted.length === 0 || wanted.some((it) => name.includes(it)))
  .sort();
if (folders.length === 0) {
  console.error(`no recordings below ${root}; set MESH_RECORDINGS`);
  process.exit(2);
}

let wrong = 0;
const totals = { stale: 0, rejected: 0, idle: 0, proxies: 0 };
for (const name of folders) {
  const { told, proxies, problems } = await judgeStatus(join(root, name));
  totals.proxies += proxies;
  for (const key of ['stale', 'rejected', 'idle'] as const) totals[key] += told[key].length;
  wrong += problems.length;
  const counts = `${told.stale.length} stale, ${told.rejected.length} rejected, ${told.idle.length} behind without effect`;
  console.log(`${basename(name)}: ${proxies} proxies, ${counts}${problems.length === 0 ? '' : ' WRONG'}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
const { stale, rejected, idle, proxies } = totals;
console.log(
  `${folders.length} recordings, ${proxies} proxies: ${stale} stale, ${rejected} rejected, ${idle} behind without effect; ${wrong} wrong`,
);
process.exitCode = wrong > 0 ? 1 : 0;
