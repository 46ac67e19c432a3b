import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ReadOptions, readCluster } from '../../../src/io/kube/read-cluster.ts';
import { type ClusterState, isProblem, type Problem } from '../../../src/model/cluster-state.ts';
import { ApiServer, type Fault } from '../../support/api-server/index.ts';
import { configMap, virtualService } from '../../support/api-server/objects.ts';
import { status } from '../../support/api-server/store.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let api: ApiServer;

beforeAll(async () => {
  const many = Array.from({ length: 1200 }, (_, index) => virtualService('shop', `vs-${index}`));
  api = await new ApiServer([...many, configMap('istio-system', 'istio', { mesh: '{}' })]).start();
});

afterEach(() => {
  api.faults = [];
  api.users.set('secret', { name: 'tester' });
});

afterAll(() => api?.close());

const read = (options: ReadOptions = {}, signal?: AbortSignal) =>
  readCluster({ kubeconfig: api.kubeconfig(), env: {}, backoffMs: 5, idleMs: 2000, ...options }, signal);

async function state(options?: ReadOptions): Promise<ClusterState> {
  const outcome = await read(options);
  if (isProblem(outcome)) throw new Error(outcome.message);
  return outcome;
}

/** Answers requests whose path matches with a fault, so many times. */
function fail(path: RegExp, times: number, how: (response: Parameters<Fault>[1]) => void): void {
  let left = times;
  api.faults.push((_request, response, requested) => {
    if (!path.test(requested) || left-- <= 0) return false;
    how(response);
    return true;
  });
}

const countVirtualServices = ({ resources }: ClusterState) =>
  resources.filter(({ kind }) => kind === 'VirtualService').length;
const secondPage = /virtualservices\?limit=500&continue=/;

describe('lists', () => {
  it('come in pages of 500 over few connections', async () => {
    const [requests, connections] = [api.requests.length, api.connections];
    expect(countVirtualServices(await state())).toBe(1200);
    const pages = api.requests.slice(requests).filter(({ path }) => path.includes('virtualservices?'));
    expect(pages).toHaveLength(3);
    expect(api.connections - connections).toBeLessThanOrEqual(9);
  });

  it.each<[string, (response: Parameters<Fault>[1]) => void]>([
    ['500', (response) => response.writeHead(500).end('{}')],
    ['503', (response) => response.writeHead(503).end('down')],
    ['429', (response) => response.writeHead(429, { 'Retry-After': '0' }).end('{}')],
    ['a reset', (response) => response.destroy()],
    [
      'a reset half way',
      (response) => response.writeHead(200, { 'Content-Length': 100 }).write('{"items"', () => response.destroy()),
    ],
  ])('go on after %s in the middle', async (_, how) => {
    fail(secondPage, 2, how);
    const cluster = await state();
    expect(countVirtualServices(cluster)).toBe(1200);
    expect(cluster.skipped.filter(({ reason }) => reason !== 'not-served' && reason !== 'not-found')).toEqual([]);
  });

  it('wait as long as Retry-After says', async () => {
    fail(secondPage, 1, (response) => response.writeHead(429, { 'Retry-After': '1' }).end('{}'));
    const started = Date.now();
    expect(countVirtualServices(await state())).toBe(1200);
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
  });

  it('begin again where a continue token has expired, and name each object once', async () => {
    fail(secondPage, 1, (response) => response.writeHead(410).end(JSON.stringify(status(410, 'too old'))));
    const cluster = await state();
    const names = cluster.resources
      .filter(({ kind }) => kind === 'VirtualService')
      .map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(1200);
    expect(new Set(names).size).toBe(1200);
  });

  it.each<[string, (response: Parameters<Fault>[1]) => void, Partial<Problem>['code']]>([
    ['answers 500 for good', (response) => response.writeHead(500).end('{}'), 'server'],
    ['stays overloaded', (response) => response.writeHead(429).end('{}'), 'overloaded'],
    ['never answers', () => undefined, 'timeout'],
    ['stalls half way', (response) => void response.writeHead(200).write('{"items"'), 'timeout'],
    ['answers with a page', (response) => response.writeHead(200).end('<html>login</html>'), 'rubbish'],
  ])('of a kind that %s are a row of their own', async (_, how, reason) => {
    fail(/virtualservices/, 99, how);
    // Discovery of the group is well: only the list fails.
    const cluster = await state();
    const row = cluster.skipped.find(({ what }) => what === 'virtualservices.networking.istio.io');
    expect(row).toMatchObject({ reason, hides: expect.stringContaining('routes') });
    expect(cluster.resources.some(({ kind }) => kind === 'ConfigMap')).toBe(true);
  });
});

describe('rights', () => {
  it('that are missing name verb, resource and what is hidden', async () => {
    const forbidden = ['list virtualservices.networking.istio.io', 'list pods'];
    api.users.set('secret', { name: 'tester', forbidden });
    const { skipped } = await state();
    const rows = skipped.filter(({ reason }) => reason === 'forbidden');
    expect(rows.map(({ what, essential }) => [what, essential])).toEqual([
      ['pods', true],
      ['virtualservices.networking.istio.io', false],
    ]);
    expect(rows[1]!.message).toContain('User "tester" cannot list resource "virtualservices"');
    expect(rows[1]!.message).toContain(
      '{apiGroups: ["networking.istio.io"], resources: ["virtualservices"], verbs: ["list"]}',
    );
    expect(rows[1]!.message).toContain('Without it: drift of routes');
  });

  it('to list ConfigMaps are not needed: the default ones are got by name', async () => {
    api.users.set('secret', { name: 'tester', forbidden: ['list configmaps'] });
    const cluster = await state();
    expect(cluster.resources.filter(({ kind }) => kind === 'ConfigMap')).toHaveLength(1);
    expect(cluster.skipped.filter(({ what }) => what === 'configmaps')).toEqual([]);
  });
});

describe('a server that cannot be talked to', () => {
  it('refuses an expired token', async () => {
    api.users.delete('secret');
    expect(await read()).toMatchObject({ code: 'unauthorized', advice: expect.stringContaining('log in again') });
  });

  it('is not there', async () => {
    const kubeconfig = api.kubeconfig({ token: 'secret' }, { server: 'https://127.0.0.1:1' });
    expect(await read({ kubeconfig })).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('"test"'),
    });
  });

  it('has no name in the DNS', async () => {
    const kubeconfig = api.kubeconfig({ token: 'secret' }, { server: 'https://nowhere.invalid' });
    expect(await read({ kubeconfig })).toMatchObject({ code: 'unreachable' });
  });

  it('has a certificate of an unknown authority', async () => {
    const kubeconfig = api.kubeconfig({ token: 'secret' }, { 'certificate-authority-data': undefined });
    expect(await read({ kubeconfig })).toMatchObject({
      code: 'tls',
      advice: expect.stringContaining('certificate-authority'),
    });
  });

  it('has a certificate of another name', async () => {
    const kubeconfig = api.kubeconfig({ token: 'secret' }, { 'tls-server-name': 'elsewhere.example' });
    expect(await read({ kubeconfig })).toMatchObject({
      code: 'tls',
      advice: expect.stringContaining('tls-server-name'),
    });
  });

  it('accepts connections and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const kubeconfig = api.kubeconfig({ token: 'secret' }, { server: `https://127.0.0.1:${port}` });
    const started = Date.now();
    expect(await read({ kubeconfig, requestTimeout: '300ms' })).toMatchObject({ code: 'timeout' });
    expect(await read({ kubeconfig })).toMatchObject({ code: 'timeout' });
    expect(Date.now() - started).toBeLessThan(15_000);
    silent.close();
  });

  it('is left when the caller stops', async () => {
    fail(/./, 99, () => undefined);
    expect(await read({ idleMs: 60_000 }, AbortSignal.timeout(100))).toMatchObject({ code: 'aborted' });
  });
});
