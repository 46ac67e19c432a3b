import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { expect, it, vi } from 'vitest';
import { connect } from '../../../src/io/kube/connection.ts';
import { DumpBudget } from '../../../src/io/kube/dump-budget.ts';
import { proxySource } from '../../../src/io/kube/proxy-source.ts';
import { isProblem, type Problem, type ProxyAnswers } from '../../../src/model/cluster-state.ts';
import { toResource } from '../../../src/source/object.ts';
import { ApiServer } from '../../support/api-server/index.ts';
import { sidecarPod } from '../../support/api-server/objects.ts';

vi.setConfig({ testTimeout: 60_000 });

const mebibyte = 1024 * 1024;
/** Long enough for the largest dump on a busy machine. */
const deadlineMs = 3000;

/** Proxies whose dumps have so many MiB, of one budget of 0.8 MiB. */
async function proxiesOf(sizes: Record<string, number>) {
  const pods = Object.keys(sizes).map((name) => sidecarPod('shop', name));
  const api = await new ApiServer(pods).start();
  const servers = Object.entries(sizes).map(([name, size]) => {
    const dump = `{"configs": ["${'x'.repeat(size * mebibyte)}"]}`;
    return { name, server: createServer((_, response) => response.end(dump)) };
  });
  for (const { name, server } of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    api.forwards.set(`shop/${name}:15000`, { port: (server.address() as AddressInfo).port });
  }
  const connection = await connect({ kubeconfig: api.kubeconfig(), env: {}, backoffMs: 5 });
  if (isProblem(connection)) throw new Error(connection.message);
  const budget = new DumpBudget({ most: 0.8 * mebibyte, free: 0.1 * mebibyte });
  const limit = pLimit(16);
  return {
    sources: pods.map((pod) => proxySource(connection, toResource(pod, 'api'), limit, deadlineMs, budget)),
    async close() {
      await api.close();
      for (const { server } of servers) server.close();
    },
  };
}

/** In the order in which they came; each is held for a time. */
function readAll(sources: ReturnType<typeof proxySource>[], holdMs: number) {
  const held = { now: 0, most: 0 };
  const read = sources.map(async (source): Promise<ProxyAnswers | Problem> => {
    const answers = await source.read(undefined, []);
    if (isProblem(answers)) return answers;
    const size = answers.configDump.length;
    held.now += size;
    held.most = Math.max(held.most, held.now);
    await sleep(holdMs);
    held.now -= size;
    answers.release?.();
    return answers;
  });
  return { read: Promise.all(read), held };
}

it('reads large dumps one after the other, and counts no time in which they wait', async () => {
  const { sources, close } = await proxiesOf({ a: 0.6, b: 0.6, c: 1.2 });
  const { read, held } = readAll(sources, 1.2 * deadlineMs);
  const codes = (await read).map((answers) => (isProblem(answers) ? answers.message : 'read'));
  expect(codes).toEqual(['read', 'read', 'read']);
  // Two never were there at once; the largest, larger than all that may be held, was there alone.
  expect(held.most).toBeLessThan(1.3 * mebibyte);
  await close();
});

it('keeps small dumps from waiting for large ones', async () => {
  const { sources, close } = await proxiesOf({ a: 1.2, b: 0.05, c: 0.05 });
  const large = await sources[0]!.read(undefined, []);
  const small = await Promise.all(sources.slice(1).map((source) => source.read(undefined, [])));
  expect([large, ...small].some(isProblem)).toBe(false);
  await close();
});

it('lets others go on after one that was stopped while it waited', async () => {
  const { sources, close } = await proxiesOf({ a: 1.2, b: 1.2, c: 1.2 });
  const first = await sources[0]!.read(undefined, []);
  const second = sources[1]!.read(AbortSignal.timeout(300), []);
  expect(await second).toMatchObject({ code: expect.stringMatching(/aborted|timeout/) });
  if (!isProblem(first)) first.release?.();
  expect(isProblem(await sources[2]!.read(undefined, []))).toBe(false);
  await close();
});
