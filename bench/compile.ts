/**
 * Measures compiling: of each recording the registry is built, all of its proxies are compiled, and a replica of each,
 * several times. Printed are medians of processor time and the slowest recording.
 *
 *     npm run bench:compile [-- RECORDING...]
 *
 * Recordings are looked for in $MESH_RECORDINGS, else in `.recordings`. Exits 1 above 40 ms for one proxy.
 */
import { findRecordings, recordingsRoot } from '../scripts/conformance/recordings.ts';
import { compileProxy } from '../src/compile/index.ts';
import { readCapture } from '../src/io/capture.ts';
import { buildRegistry } from '../src/registry/index.ts';

const limit = 40;
const count = 5;
const patterns = process.argv.slice(2);
const recordings = findRecordings(recordingsRoot(), patterns.length > 0 ? patterns : ['baseline', 'feature-*']);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds of processor time: others may be using the machine. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const rows: { name: string; proxies: number; registry: number; perProxy: number; replica: number }[] = [];
for (const { name, directory } of recordings) {
  const capture = await readCapture(`${directory}/capture`);
  const input = { resources: capture.resources, istiod: capture.istiods[0] };
  const rounds = Array.from({ length: count }, () => {
    const start = now();
    const registry = buildRegistry(input);
    const built = now();
    for (const proxy of registry.proxies) compileProxy(proxy, registry);
    const compiled = now();
    // A replica of each: a pod of the same workload, equal but for its name.
    for (const proxy of registry.proxies)
      compileProxy({ ...proxy, id: `${proxy.id}-2`, podName: `${proxy.podName}-2` }, registry);
    const proxies = registry.proxies.length;
    if (proxies === 0) throw new Error(`${name} has no proxies`);
    return {
      proxies,
      registry: built - start,
      perProxy: (compiled - built) / proxies,
      replica: (now() - compiled) / proxies,
    };
  });
  const middle = (key: 'registry' | 'perProxy' | 'replica') => median(rounds.map((round) => round[key]));
  const proxies = rounds[0]?.proxies ?? 0;
  rows.push({ name, proxies, registry: middle('registry'), perProxy: middle('perProxy'), replica: middle('replica') });
}
const slowest = rows.reduce((a, b) => (b.perProxy > a.perProxy ? b : a));
const ms = (value: number) => `${value.toFixed(1)} ms`;
console.log(
  `${rows.length} recordings, ${rows.reduce((sum, row) => sum + row.proxies, 0)} proxies, median of ${count} rounds`,
);
console.log(`  a registry  ${ms(median(rows.map(({ registry }) => registry)))}`);
console.log(`  a proxy     ${ms(median(rows.map(({ perProxy }) => perProxy)))}`);
console.log(`  a replica   ${ms(median(rows.map(({ replica }) => replica)))}`);
console.log(`  slowest     ${ms(slowest.perProxy)} a proxy in ${slowest.name} (limit ${limit} ms)`);
if (slowest.perProxy > limit) process.exitCode = 1;
