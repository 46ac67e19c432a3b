/**
 * Measures compiling: of each recording the registry is built, all of its proxies are compiled, and a replica of each,
 * several times. Printed are medians of processor time and the slowest recording; then what a proxy costs on average
 * where a workload has 1, 10 or 100 replicas.
 *
 *     npm run bench:compile [-- RECORDING...]
 *
 * Recordings are looked for in $MESH_RECORDINGS, else in `.recordings`. Exits 1 above 40 ms for one proxy.
 */
import { findRecordings, recordingsRoot } from '../scripts/conformance/recordings.ts';
import { compileProxy } from '../src/compile/index.ts';
import { readCapture } from '../src/io/capture.ts';
import type { Proxy } from '../src/model/proxy.ts';
import { buildRegistry } from '../src/registry/index.ts';
import type { RegistryInput } from '../src/registry/types.ts';

const limit = 40;
const count = 5;
const patterns = process.argv.slice(2);
const recordings = findRecordings(recordingsRoot(), patterns.length > 0 ? patterns : ['baseline', 'feature-*']);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A pod of the same workload, equal but for its name. */
function replicaOf(proxy: Proxy, number: number): Proxy {
  const name = `${proxy.podName}-${number}`;
  const pod = { ...proxy.pod, metadata: { ...proxy.pod.metadata, name } };
  return { ...proxy, id: `${proxy.namespace}/${name}`, podName: name, pod };
}

/** Milliseconds of processor time: others may be using the machine. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What each proxy of a workload costs on average, the first one's included. */
function perReplica(input: RegistryInput, replicas: number): number {
  const registry = buildRegistry(input);
  const [proxy] = registry.proxies.filter(({ type }) => type === 'sidecar');
  if (!proxy) throw new Error('no sidecar');
  const start = now();
  for (let number = 1; number <= replicas; number++) compileProxy(replicaOf(proxy, number), registry);
  return (now() - start) / replicas;
}

const scales = [1, 10, 100];
const rows: { name: string; proxies: number; registry: number; perProxy: number; replica: number; scale: number[] }[] =
  [];
for (const { name, directory } of recordings) {
  const capture = await readCapture(`${directory}/capture`);
  const input = { resources: capture.resources, istiod: capture.istiods[0] };
  const rounds = Array.from({ length: count }, () => {
    const start = now();
    const registry = buildRegistry(input);
    const built = now();
    for (const proxy of registry.proxies) compileProxy(proxy, registry);
    const compiled = now();
    for (const proxy of registry.proxies) compileProxy(replicaOf(proxy, 2), registry);
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
  const scale = scales.map((replicas) => median(Array.from({ length: count }, () => perReplica(input, replicas))));
  rows.push({
    name,
    proxies,
    registry: middle('registry'),
    perProxy: middle('perProxy'),
    replica: middle('replica'),
    scale,
  });
}
const slowest = rows.reduce((a, b) => (b.perProxy > a.perProxy ? b : a));
const ms = (value: number) => `${value.toFixed(2)} ms`;
console.log(
  `${rows.length} recordings, ${rows.reduce((sum, row) => sum + row.proxies, 0)} proxies, median of ${count} rounds`,
);
console.log(`  a registry  ${ms(median(rows.map(({ registry }) => registry)))}`);
console.log(`  a proxy     ${ms(median(rows.map(({ perProxy }) => perProxy)))}`);
console.log(`  a replica   ${ms(median(rows.map(({ replica }) => replica)))}`);
console.log(`  slowest     ${ms(slowest.perProxy)} a proxy in ${slowest.name} (limit ${limit} ms)`);
for (const [index, replicas] of scales.entries())
  console.log(`  a proxy of ${replicas} replicas  ${ms(median(rows.map(({ scale }) => scale[index] ?? Number.NaN)))}`);
if (slowest.perProxy > limit) process.exitCode = 1;
