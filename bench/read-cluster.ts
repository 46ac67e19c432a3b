/**
 * Measures reading a cluster over the real protocol: objects, then a number of proxies, each through a port-forward of
 * its own. A real Envoy's answers are taken once and replayed for all proxies, for one Envoy takes 100 ms of its main
 * thread for them, which a mesh's proxies spend side by side. All but the reader runs in a process of its own.
 *
 *     node bench/read-cluster.ts [PROXIES] [CLUSTERS OF EACH] [CONCURRENCY]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCluster } from '../src/io/kube/read-cluster.ts';
import { isProblem } from '../src/model/cluster-state.ts';
import { ApiServer } from '../test/support/api-server/index.ts';
import { sidecarPod } from '../test/support/api-server/objects.ts';
import { startEnvoy } from '../test/support/envoy.ts';

const [proxies = 200, clusters = 330, concurrency = 16] = process.argv.slice(2).map(Number);

async function serve(): Promise<void> {
  const envoy = await startEnvoy(clusters);
  const answers = new Map<string, Buffer>();
  for (const path of [
    '/config_dump?include_eds=true',
    '/clusters?format=json',
    '/listeners?format=json',
    '/certs',
    '/server_info',
  ]) {
    const reply = await fetch(`http://127.0.0.1:${envoy.adminPort}${path}`);
    answers.set(path, Buffer.from(await reply.arrayBuffer()));
  }
  const replay = createServer((request, response) => response.end(answers.get(request.url ?? '')));
  await new Promise<void>((resolve) => replay.listen(0, '127.0.0.1', resolve));
  const { port } = replay.address() as AddressInfo;
  const names = Array.from({ length: proxies }, (_, index) => `pod-${index}`);
  const api = await new ApiServer(names.map((name) => sidecarPod('shop', name))).start();
  for (const name of names) api.forwards.set(`shop/${name}:15000`, { port });
  process.send?.(api.kubeconfig());
  await once(process, 'message');
  await api.close();
  replay.close();
  await envoy.stop();
  process.disconnect();
}

async function measure(): Promise<void> {
  const server = fork(import.meta.filename, process.argv.slice(2), { env: { ...process.env, BENCH_SERVE: '1' } });
  const [kubeconfig] = (await once(server, 'message')) as [string];
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 10);
  let most = 0;
  const started = performance.now();
  const state = await readCluster({ kubeconfig, concurrency });
  if (isProblem(state)) throw new Error(state.message);
  const listed = performance.now();
  const listedCpu = process.cpuUsage();
  let bytes = 0;
  let failed = 0;
  await Promise.all(
    state.proxies.map(async (proxy) => {
      const answers = await proxy.read();
      if (isProblem(answers)) failed++;
      else bytes += answers.configDump.length;
    }),
  );
  clearInterval(sampler);
  const cpu = process.cpuUsage(listedCpu);
  const figures = {
    proxies: state.proxies.length,
    failed,
    dumpMb: (bytes / 1e6 / (state.proxies.length - failed)).toFixed(2),
    concurrency,
    listMs: Math.round(listed - started),
    proxiesMs: Math.round(performance.now() - listed),
    cpuMs: Math.round((cpu.user + cpu.system) / 1000),
    peakRssMb: Math.round(most / 1e6),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  server.send('stop');
}

await (process.env['BENCH_SERVE'] ? serve() : measure());
