import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { runStatus } from '../../src/app/run-status.ts';
import { readCluster } from '../../src/io/kube/read-cluster.ts';
import { isProblem } from '../../src/model/cluster-state.ts';
import { ApiServer } from '../support/api-server/index.ts';
import { sidecarPod } from '../support/api-server/objects.ts';

vi.setConfig({ testTimeout: 300_000 });

const emptyDump = JSON.stringify({
  configs: ['Clusters', 'Endpoints', 'Listeners', 'Routes'].map((name) => ({
    '@type': `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`,
  })),
});

it('500 proxies are all read, each that vanished or broke off is a row, and none is lost', async () => {
  const pages = createServer((request, response) =>
    response.end(request.url?.startsWith('/config_dump') ? emptyDump : '{}'),
  );
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const { port } = pages.address() as AddressInfo;
  const names = Array.from({ length: 500 }, (_, index) => `pod-${index}`);
  const api = await new ApiServer(names.map((name) => sidecarPod('many', name))).start();
  for (const [index, name] of names.entries()) {
    // Between the list and the port-forward the first has vanished; the second breaks off.
    if (index % 100 === 0) continue;
    const broken = { port, cutAfter: 20, how: 'reset' } as const;
    api.forwards.set(`many/${name}:15000`, index % 100 === 1 ? broken : { port });
  }
  const state = await readCluster({ kubeconfig: api.kubeconfig(), env: {}, backoffMs: 5, concurrency: 32 });
  if (isProblem(state)) throw new Error(state.message);
  const answers = await Promise.all(state.proxies.map((proxy) => proxy.read()));
  const codes = answers.map((answer) => (isProblem(answer) ? answer.code : 'read'));
  const count = (code: string) => codes.filter((it) => it === code).length;
  expect([codes.length, count('read'), count('not-found'), count('closed')]).toEqual([500, 490, 5, 5]);
  expect(api.forwarding.most).toBeLessThanOrEqual(64);

  const flags = { kubeconfig: api.kubeconfig(), 'proxy-timeout': '60s', concurrency: 32, 'fail-on': 'never' as const };
  const { report, code } = await runStatus(flags, [], '0', new AbortController().signal);
  expect([report.proxies.length, report.summary.read, report.summary.unread]).toEqual([500, 490, 10]);
  expect(new Set(report.proxies.map(({ id }) => id)).size).toBe(500);
  const lost = report.proxies.filter(({ read }) => !read).map(({ id }) => id);
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error').map(({ subject }) => subject ?? '');
  expect(errors.sort()).toEqual(expect.arrayContaining(lost));
  expect([report.complete, code]).toEqual([false, 2]);
  await expect.poll(() => api.forwarding.now, { timeout: 5000 }).toBe(0);
  await api.close();
  pages.close();
});
