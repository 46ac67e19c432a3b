/**
 * Measures a whole `kubectl mesh drift` against a live mesh of the tests' API server: wall time and peak memory of the
 * process as it is run by people, from reading Git to the report.
 *
 *     node bench/drift.ts [PROXIES,... [SERVICES [WORKLOADS [-- FLAGS...]]]]
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { addedObjects, virtualService } from './mesh-objects.ts';

const [sizes = '50,200,800', services = '100', workloads = '1'] = process.argv.slice(2);
const extra = process.argv.includes('--') ? process.argv.slice(process.argv.indexOf('--') + 1) : [];
const program = new URL('../bin/kubectl-mesh', import.meta.url).pathname;

/** Git as it is in the cluster, but for one timeout: one drift whose effect is computed for every proxy. */
function makeRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-bench-'));
  const config = addedObjects(Number(services)).filter(({ kind }) =>
    /VirtualService|DestinationRule/.test(String(kind)),
  );
  mkdirSync(join(folder, 'mesh'));
  for (const [index, object] of config.entries())
    writeFileSync(
      join(folder, 'mesh', `${index}.yaml`),
      dump(index === 0 ? virtualService('svc-0000', '12s') : object),
    );
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-qm', 'bench');
  return folder;
}

async function measure(proxies: number, repository: string): Promise<object> {
  const server = fork(new URL('mesh-server.ts', import.meta.url).pathname, [
    String(proxies),
    services,
    String(Math.min(proxies, Number(workloads))),
  ]);
  const [{ kubeconfig, dumpBytes }] = (await once(server, 'message')) as [{ kubeconfig: string; dumpBytes: number }];
  const args = ['drift', '--git', repository, '--kubeconfig', kubeconfig, '-o', 'json', ...extra];
  const started = performance.now();
  // Not by its first line: an older Node would start another process, and itself be measured.
  const child = spawn(process.execPath, ['--max-semi-space-size=4', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakKb = 0;
  let cpuSeconds = 0;
  const sampler = setInterval(() => {
    try {
      peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKb);
      // User and system time in ticks of 10 ms; the name in parentheses may hold spaces.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has ended: the last sample stands.
    }
  }, 20);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(sampler);
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  server.send('stop');
  await once(server, 'exit');
  const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    summary: { proxies: object; findings: object; compared: object };
  };
  const { proxies: seen, findings, compared } = report.summary;
  return {
    proxies,
    workloads: Math.min(proxies, Number(workloads)),
    dumpKb: Math.round(dumpBytes / 1024),
    seconds,
    cpuSeconds,
    peakMiB: Math.round(peakKb / 1024),
    code,
    seen,
    findings,
    compared,
  };
}

const repository = makeRepository();
try {
  for (const size of sizes.split(','))
    process.stdout.write(`${JSON.stringify(await measure(Number(size), repository))}\n`);
} finally {
  rmSync(repository, { recursive: true, force: true });
}
