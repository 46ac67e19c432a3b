import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readCluster } from '../../src/io/kube/read-cluster.ts';
import { type ClusterState, isProblem, type Problem, type ProxyAnswers } from '../../src/model/cluster-state.ts';
import { ApiServer } from '../support/api-server/index.ts';
import { sidecarPod } from '../support/api-server/objects.ts';
import type { Forward } from '../support/api-server/port-forward.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let envoy: Envoy;
let api: ApiServer;

beforeAll(async () => {
  envoy = await startEnvoy(200);
  api = await new ApiServer([sidecarPod('shop', 'good'), sidecarPod('shop', 'bad')]).start();
});

afterEach(() => {
  api.upgradeFault = undefined;
  api.users.set('secret', { name: 'tester' });
});

afterAll(async () => {
  await api?.close();
  await envoy?.stop();
});

async function state(options: object = {}): Promise<ClusterState> {
  api.forwards.set('shop/good:15000', { port: envoy.adminPort });
  const limits = { backoffMs: 5, proxyTimeoutMs: 3000 };
  const outcome = await readCluster({ kubeconfig: api.kubeconfig(), env: {}, ...limits, ...options });
  if (isProblem(outcome)) throw new Error(outcome.message);
  return outcome;
}

/** Reads a proxy that fails as described beside one that is well. */
async function readBoth(
  forward: Forward | undefined,
): Promise<{ bad: ProxyAnswers | Problem; good: ProxyAnswers | Problem }> {
  if (forward) api.forwards.set('shop/bad:15000', forward);
  else api.forwards.delete('shop/bad:15000');
  const { proxies } = await state();
  const [bad, good] = await Promise.all(proxies.map((proxy) => proxy.read()));
  return { bad: bad!, good: good! };
}

it.each<[string, Forward | undefined | ((port: number) => Forward), Partial<Problem>]>([
  [
    'whose pod has vanished',
    undefined,
    { code: 'not-found', message: 'shop/bad: pods "bad" not found', advice: expect.stringContaining('deleted') },
  ],
  ['that hangs', { hang: true }, { code: 'timeout', message: expect.stringContaining('shop/bad') }],
  ['that stalls half way', (port) => ({ port, cutAfter: 50_000, how: 'stall' }), { code: 'timeout' }],
  ['that is reset half way', (port) => ({ port, cutAfter: 50_000, how: 'reset' }), { code: 'closed' }],
  ['that closes half way', (port) => ({ port, cutAfter: 50_000, how: 'close' }), { code: 'closed' }],
  ['that closes at once', (port) => ({ port, cutAfter: 10, how: 'close' }), { code: 'closed' }],
  [
    'that cannot be connected to',
    { refuse: 'error forwarding port 15000: connection refused' },
    { code: 'closed', message: expect.stringContaining('connection refused') },
  ],
  ['that does not speak HTTP', { reply: 'SSH-2.0-OpenSSH_9.7\r\n' }, { code: 'closed' }],
  [
    'that answers 503',
    { reply: 'HTTP/1.1 503 no\r\nContent-Length: 0\r\n\r\n' },
    { code: 'rubbish', message: expect.stringContaining('503') },
  ],
  [
    'that answers with a page',
    { reply: 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>' },
    { code: 'rubbish', message: expect.stringContaining('<html>') },
  ],
])('a proxy %s costs a row of its own and no other proxy', async (_, forward, expected) => {
  const started = Date.now();
  const { bad, good } = await readBoth(typeof forward === 'function' ? forward(envoy.adminPort) : forward);
  expect(bad).toMatchObject(expected);
  expect(good).toMatchObject({ problems: [], configDump: expect.any(Buffer) });
  // Nothing waits for one of the defaults of 30 s.
  expect(Date.now() - started).toBeLessThan(15_000);
  await expect.poll(() => api.forwarding.now).toBe(0);
});

it('an answer besides the dump that breaks off is a problem of its own', async () => {
  const dump = await (await fetch(`http://127.0.0.1:${envoy.adminPort}/config_dump?include_eds=true`)).text();
  const { bad } = await readBoth({ port: envoy.adminPort, cutAfter: dump.length + 10_000, how: 'close' });
  if (isProblem(bad)) throw new Error(bad.message);
  expect(bad.configDump.toString('utf8')).toHaveLength(dump.length);
  expect(bad.problems.length).toBeGreaterThan(0);
});

it('a missing right to forward ports names the verb', async () => {
  api.users.set('secret', { name: 'tester', forbidden: ['get pods/portforward'] });
  const { proxies } = await state();
  const answer = await proxies[0]!.read();
  expect(answer).toMatchObject({ code: 'forbidden' });
  expect((answer as Problem).advice).toContain('"get" on pods/portforward');
  expect((answer as Problem).advice).toContain('what the proxies really have');
});

it('a server that forwards ports over SPDY alone is named as such', async () => {
  api.upgradeFault = { status: 400, body: 'unable to upgrade: missing upgrade headers in request' };
  const { proxies } = await state();
  expect(await proxies[0]!.read()).toMatchObject({
    code: 'unsupported',
    advice: expect.stringContaining('Kubernetes 1.30'),
  });
});

it('a handshake that fails is tried again', async () => {
  api.upgradeFault = { status: 503, body: 'etcd leader changed' };
  const { proxies } = await state();
  const reading = proxies.find(({ id }) => id === 'shop/good')!.read();
  await expect
    .poll(() => api.requests.filter(({ path }) => path.includes('good/portforward')).length)
    .toBeGreaterThan(1);
  api.upgradeFault = undefined;
  expect(await reading).toMatchObject({ problems: [] });
});

it('an overloaded API server is waited for as long as the proxy may take, and named where it stays so', async () => {
  api.upgradeFault = { status: 429, body: 'too many requests' };
  const { proxies } = await state({ proxyTimeoutMs: 20_000 });
  const reading = proxies.find(({ id }) => id === 'shop/good')!.read();
  const tries = () => api.requests.filter(({ path }) => path.includes('good/portforward')).length;
  const before = tries();
  await expect.poll(() => tries() - before, { timeout: 20_000 }).toBeGreaterThan(6);
  api.upgradeFault = undefined;
  expect(await reading).toMatchObject({ problems: [] });
  api.upgradeFault = { status: 429, body: 'too many requests' };
  const busy = await state({ proxyTimeoutMs: 1000 });
  expect(await busy.proxies.find(({ id }) => id === 'shop/good')!.read()).toMatchObject({
    code: 'overloaded',
    message: expect.stringContaining('shop/good: the API server asks to wait'),
  });
});

it('dead proxies cost their own deadlines, side by side, and no other proxy', async () => {
  const names = Array.from({ length: 24 }, (_, index) => `dead-or-not-${index}`);
  api.store.objects.push(...names.map((name) => sidecarPod('half', name)));
  for (const [index, name] of names.entries())
    api.forwards.set(`half/${name}:15000`, index % 4 === 0 ? { hang: true } : { port: envoy.adminPort });
  const { proxies } = await state({ namespace: 'half', concurrency: 6, proxyTimeoutMs: 4000 });
  const started = Date.now();
  const answers = await Promise.all(proxies.map((proxy) => proxy.read()));
  const took = Date.now() - started;
  expect(answers.filter(isProblem).map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'timeout'));
  expect(took).toBeGreaterThanOrEqual(4000);
  // One after the other the six would take 24 s.
  expect(took).toBeLessThan(20_000);
  await expect.poll(() => api.forwarding.now).toBe(0);
});

it('a proxy that answers is not late because this process had other work', async () => {
  const { proxies } = await state({ proxyTimeoutMs: 10_000, idleMs: 10_000 });
  const reading = proxies.find(({ id }) => id === 'shop/good')!.read();
  let done = false;
  void reading.then(() => {
    done = true;
  });
  for (let turn = 0; turn < 30 && !done; turn++) {
    for (const end = performance.now() + 600; performance.now() < end; );
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await reading).toMatchObject({ configDump: expect.any(Buffer), problems: [] });
});

it('the caller can stop at any time', async () => {
  api.forwards.set('shop/bad:15000', { hang: true });
  const { proxies } = await state({ proxyTimeoutMs: 60_000 });
  const stop = new AbortController();
  const reading = proxies.map((proxy) => proxy.read(stop.signal));
  setTimeout(() => stop.abort(), 100);
  expect(await reading[0]).toMatchObject({ code: 'aborted' });
  await expect.poll(() => api.forwarding.now).toBe(0);
});

it('reads no more proxies at once than it was told', async () => {
  api.store.objects.push(...Array.from({ length: 30 }, (_, index) => sidecarPod('many', `pod-${index}`)));
  for (let index = 0; index < 30; index++) api.forwards.set(`many/pod-${index}:15000`, { port: envoy.adminPort });
  const { proxies } = await state({ namespace: 'many', concurrency: 4, proxyTimeoutMs: 10_000 });
  api.forwarding.most = 0;
  const answers = await Promise.all(proxies.map((proxy) => proxy.read()));
  expect(answers.filter(isProblem)).toEqual([]);
  // A port that was let go takes a moment to close; without a bound all 30 would be open.
  expect(api.forwarding.most).toBeGreaterThan(1);
  expect(api.forwarding.most).toBeLessThanOrEqual(2 * 4);
});
