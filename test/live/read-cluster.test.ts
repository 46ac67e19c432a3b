import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toRegistryInput } from '../../src/app/registry-input.ts';
import { readCluster } from '../../src/io/kube/read-cluster.ts';
import { type ClusterState, isProblem } from '../../src/model/cluster-state.ts';
import { ApiServer } from '../support/api-server/index.ts';
import { configMap, istiodPod, pod, sidecarPod, virtualService } from '../support/api-server/objects.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let envoy: Envoy;
let istiod: Server;
let api: ApiServer;

beforeAll(async () => {
  envoy = await startEnvoy();
  istiod = createServer((request, response) => {
    const answers: Record<string, string> = {
      '/version': '1.29.0-rev-Clean\n',
      '/debug/syncz': '[{"proxy":"web.shop","proxy_type":"sidecar"}]',
      '/debug/mesh': '{"rootNamespace":"istio-system"}',
    };
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => istiod.listen(0, '127.0.0.1', resolve));
  api = await new ApiServer([
    sidecarPod('shop', 'web', { app: 'web' }),
    sidecarPod('shop', 'cart', { app: 'cart' }),
    sidecarPod('pay', 'ledger', { app: 'ledger' }),
    pod('shop', 'batch', {}, ['app']),
    { ...sidecarPod('shop', 'late'), status: { phase: 'Pending' } },
    istiodPod('istiod-0'),
    virtualService('shop', 'web'),
    configMap('istio-system', 'istio', { mesh: '{}' }),
    configMap('istio-system', 'istio-sidecar-injector', { config: '' }),
    configMap('istio-system', 'istio-ca-root-cert', { 'root-cert.pem': '' }),
    configMap('istio-system', 'other', { password: '' }),
  ]).start();
  for (const id of ['shop/web', 'shop/cart', 'pay/ledger']) api.forwards.set(`${id}:15000`, { port: envoy.adminPort });
  api.forwards.set('istio-system/istiod-0:15014', { port: (istiod.address() as AddressInfo).port });
  api.logs.set('shop/web', 'warning envoy config: rejected\n');
});

afterAll(async () => {
  await api?.close();
  await envoy?.stop();
  istiod?.close();
});

const read = (options: object = {}) => readCluster({ kubeconfig: api.kubeconfig(), env: {}, ...options });
const state = async (options: object = {}): Promise<ClusterState> => {
  const outcome = await read(options);
  if (isProblem(outcome)) throw new Error(outcome.message);
  return outcome;
};

describe('a cluster over the real protocol', () => {
  it('is read whole: objects, istiod, and proxies from a real Envoy', async () => {
    const cluster = await state();
    expect(cluster.origin).toBe(`context test (${api.url})`);
    expect(cluster.proxies.map(({ id }) => id)).toEqual(['pay/ledger', 'shop/cart', 'shop/late', 'shop/web']);
    expect(cluster.istiods).toMatchObject([
      { podName: 'istiod-0', revision: 'canary', version: '1.29.0-rev-Clean', problems: [] },
    ]);
    expect(cluster.istiods[0]).toMatchObject({
      syncz: [{ proxy: 'web.shop' }],
      mesh: { rootNamespace: 'istio-system' },
    });
    const web = await cluster.proxies[3]!.read();
    if (isProblem(web)) throw new Error(web.message);
    const dump = JSON.parse(web.configDump.toString('utf8'));
    const types = dump.configs.map((config: { '@type': string }) => config['@type'].split('.').at(-1));
    expect(types).toEqual(expect.arrayContaining(['BootstrapConfigDump', 'ClustersConfigDump', 'ListenersConfigDump']));
    const clusters = dump.configs[types.indexOf('ClustersConfigDump')];
    expect([clusters.static_clusters.length, clusters.dynamic_active_clusters.length]).toEqual([1, 5]);
    expect(web).toMatchObject({ problems: [], log: 'warning envoy config: rejected\n', serverInfo: { state: 'LIVE' } });
    expect([web.clusters, web.listeners, web.certs].every((answer) => typeof answer === 'object')).toBe(true);
  });

  it('is asked for no more of a proxy than what is wanted', async () => {
    const [, , , web] = (await state()).proxies;
    const answers = await web!.read(undefined, ['certs']);
    expect(Object.keys(answers).sort()).toEqual(['certs', 'configDump', 'log', 'problems', 'release']);
    expect(Object.keys(await web!.read(undefined, [])).sort()).toEqual(['configDump', 'log', 'problems', 'release']);
  });

  it('uses one port-forward for all answers of a proxy, and leaves none open', async () => {
    const before = api.requests.length;
    const cluster = await state({ proxies: ['shop/web'] });
    await cluster.proxies[0]!.read();
    const forwarded = api.requests.slice(before).filter(({ path }) => path.includes('/web/portforward'));
    expect(forwarded).toHaveLength(1);
    await expect.poll(() => api.forwarding.now).toBe(0);
  });

  it('says that a pod without a running proxy has none', async () => {
    const [late] = (await state({ proxies: ['shop/late'] })).proxies;
    expect(await late!.read()).toMatchObject({ code: 'not-found', message: expect.stringContaining('Pending') });
  });

  it('completes the items of lists, and keeps managed fields of config alone', async () => {
    const { resources } = await state();
    const find = (kind: string) => resources.find((resource) => resource.kind === kind);
    expect(find('VirtualService')).toMatchObject({ group: 'networking.istio.io', version: 'v1', side: 'api' });
    expect(find('VirtualService')?.metadata.managedFields).toHaveLength(1);
    expect(find('Pod')?.metadata.managedFields).toBeUndefined();
  });

  it("reads Istio's own ConfigMaps, no other, and never a Secret", async () => {
    const before = api.requests.length;
    const { resources } = await state();
    const names = resources.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    expect(names.sort()).toEqual(['istio', 'istio-sidecar-injector']);
    expect(api.requests.slice(before).filter(({ path }) => path.includes('secrets'))).toEqual([]);
  });

  it('finds istiod and its ConfigMaps in another namespace', async () => {
    const elsewhere = await new ApiServer([
      { ...istiodPod('istiod-1'), metadata: { name: 'istiod-1', namespace: 'mesh', labels: { app: 'istiod' } } },
      configMap('mesh', 'istio-canary', { mesh: '{}' }),
    ]).start();
    const cluster = await state({ kubeconfig: elsewhere.kubeconfig() });
    expect(cluster.resources.map(({ metadata }) => metadata.name)).toEqual(['istiod-1', 'istio-canary']);
    expect(cluster.istiods).toMatchObject([
      { podName: 'istiod-1', namespace: 'mesh', revision: 'default', problems: [{ code: 'not-found' }] },
    ]);
    await elsewhere.close();
  });

  it('asks the istiods of all namespaces, and takes settings from those of one', async () => {
    const at = (namespace: string, name: string) => ({
      ...istiodPod(name),
      metadata: { name, namespace, labels: { app: 'istiod', 'istio.io/rev': name } },
    });
    const both = await new ApiServer([at('canary', 'a'), at('istio-system', 'b')]).start();
    both.forwards.set('istio-system/b:15014', { refuse: 'connection refused' });
    const asked = async (options: object) =>
      (await state({ kubeconfig: both.kubeconfig(), ...options })).istiods.map(({ podName }) => podName);
    expect(await asked({})).toEqual(['b', 'a']);
    expect(await asked({ istioNamespace: 'canary' })).toEqual(['a']);
    const cluster = await state({ kubeconfig: both.kubeconfig() });
    const mesh = { rootNamespace: 'canary' };
    Object.assign(cluster.istiods[1]!, { mesh, version: '1.30.0' });
    expect(toRegistryInput(cluster).istiod).toEqual({ mesh: undefined, version: undefined });
    await both.close();
  });

  it('says which kinds are not served', async () => {
    const { skipped } = await state();
    const row = skipped.find(({ what }) => what === 'trafficextensions.extensions.istio.io');
    expect(row).toMatchObject({ reason: 'not-served', message: expect.stringContaining('CRD is not installed') });
  });

  it.each([
    [{ namespace: 'shop' }, ['shop/cart', 'shop/late', 'shop/web']],
    [{ selector: 'app in (web,ledger)' }, ['pay/ledger', 'shop/web']],
    [{ namespace: 'shop', selector: 'app!=web' }, ['shop/cart', 'shop/late']],
    [{ proxies: ['shop/web', 'pay/ledger'] }, ['shop/web', 'pay/ledger']],
    [{ namespace: 'pay', proxies: ['ledger'] }, ['pay/ledger']],
  ])('selects proxies with %j', async (options, expected) => {
    expect((await state(options)).proxies.map(({ id }) => id)).toEqual(expected);
  });

  it.each([
    [{ proxies: ['shop/wbe'] }, 'Did you mean shop/web'],
    [{ proxies: ['shop/batch'] }, 'not injected'],
    [{ selector: 'app=' + '=x=' }, 'as for kubectl'],
    [{ context: 'tset' }, 'Did you mean "test"'],
  ])('refuses %j with advice', async (options, advice) => {
    expect(await read(options)).toMatchObject({ code: 'config', advice: expect.stringContaining(advice) });
  });
});
