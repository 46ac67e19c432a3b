import { beforeAll, expect, it, vi } from 'vitest';
import { examine } from '../../../src/app/drift/examine.ts';
import { proxyFindings } from '../../../src/app/drift/proxy-findings.ts';
import { toRegistryInput } from '../../../src/app/registry-input.ts';
import { Walk } from '../../../src/compare/walk.ts';
import { readCaptureState } from '../../../src/io/capture-source.ts';
import { type ClusterState, isProblem, type ProxySource } from '../../../src/model/cluster-state.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { buildRegistry } from '../../../src/registry/index.ts';
import { toResource } from '../../../src/source/object.ts';

const recording = 'fixtures/recordings/1.29/baseline/capture';
const names = Array.from({ length: 6 }, (_, index) => `copy-${index}`);

/** The recording with replicas of one of its pods, whose dumps are that pod's under their own names. */
let replicas: (changed?: Record<string, (dump: string) => string>) => ClusterState;

beforeAll(async () => {
  const recorded = await readCaptureState(recording);
  const source = recorded.proxies.find(({ podName }) => podName.startsWith('frontend'))!;
  const pod = recorded.resources.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === source.podName)!;
  const answers = await source.read();
  if (isProblem(answers)) throw new Error(answers.message);
  const dump = answers.configDump.toString();
  const rows = (recorded.istiods[0]!.syncz ?? []) as JsonObject[];
  const row = rows.find((it) => String(it['proxy']).startsWith(source.podName))!;
  replicas = (changed = {}) => {
    const pods = names.map((name, index) => {
      const object = structuredClone(pod.object);
      Object.assign(object['metadata'] as JsonObject, { name });
      const ip = `10.99.0.${index + 1}`;
      Object.assign(object['status'] as JsonObject, { podIP: ip, podIPs: [{ ip }] });
      return toResource(object, 'api');
    });
    const proxies = names.map((podName): ProxySource => {
      const own = dump.replaceAll(source.podName, podName);
      const configDump = Buffer.from((changed[podName] ?? ((text) => text))(own));
      const id = `${source.namespace}/${podName}`;
      return { id, namespace: source.namespace, podName, read: async () => ({ ...answers, configDump }) };
    });
    const syncz = names.map((name) => ({ ...row, proxy: `${name}.${source.namespace}` }));
    const istiods = [{ ...recorded.istiods[0]!, syncz }];
    return { ...recorded, resources: [...recorded.resources, ...pods], proxies, istiods };
  };
});

const examined = async (state: ClusterState) => {
  const walked = vi.spyOn(Walk.prototype, 'compare');
  const examination = await examine(state, buildRegistry(toRegistryInput(state)), { concurrency: 2 });
  const pairs = walked.mock.calls.filter(([, , path]) => path?.length === 0).length;
  walked.mockRestore();
  return { ...examination, pairs };
};

it('replicas are compared once, and counted each', async () => {
  const { proxies, compared, notCompared, pairs, unread } = await examined(replicas());
  const one = await examined({ ...replicas(), proxies: replicas().proxies.slice(0, 1) });
  expect(unread).toEqual([]);
  expect(proxies.map(({ differences }) => differences.length)).toEqual(names.map(() => 0));
  expect(compared.leaves).toBe(one.compared.leaves * names.length);
  expect([...notCompared.values()]).toEqual([...one.notCompared.values()].map((count) => count * names.length));
  expect(one.pairs).toBeGreaterThan(50);
  expect(pairs).toBeLessThan(one.pairs * 1.2);
});

it('keeps of replicas one configuration', async () => {
  const { proxies } = await examined(replicas());
  const [first, ...others] = proxies.map(({ expected }) => expected.routes[0]);
  expect(others.every((route) => route === first)).toBe(true);
});

it('one replica that differs is found, and it alone', async () => {
  const timeout = (dump: string) => dump.replace(/("route_config":.*?"timeout": ?)"[^"]*"/s, '$1"7777s"');
  const { proxies, pairs } = await examined(replicas({ 'copy-3': timeout }));
  const differing = proxies.filter(({ differences }) => differences.length > 0);
  expect(differing.map(({ examined: { proxy } }) => proxy.podName)).toEqual(['copy-3']);
  expect(differing[0]!.differences).toMatchObject([{ live: '7777s' }]);
  expect(pairs).toBeGreaterThan(0);
  const findings = proxyFindings(proxies, []);
  expect(findings.map(({ severity, proxies: who }) => [severity, who])).toEqual([['warning', ['shop/copy-3']]]);
});

it('a difference that all replicas show names them all', async () => {
  const timeout = (dump: string) => dump.replace(/("route_config":.*?"timeout": ?)"[^"]*"/s, '$1"7777s"');
  const { proxies } = await examined(replicas(Object.fromEntries(names.map((name) => [name, timeout]))));
  const findings = proxyFindings(proxies, []);
  expect(findings.map(({ severity, proxies: who }) => [severity, who])).toEqual([
    ['info', names.map((name) => `shop/${name}`)],
  ]);
});

it('each replica keeps its own values of what differs in it, and shares the rest', async () => {
  const timeout = (dump: string) => dump.replace(/("route_config":.*?"timeout": ?)"[^"]*"/s, '$1"7777s"');
  const { proxies } = await examined(replicas({ 'copy-1': timeout, 'copy-2': timeout }));
  const [plain, one, two] = proxies;
  expect([plain, one, two].map((it) => it!.differences.length)).toEqual([0, 1, 1]);
  expect(one!.differences[0]).toBe(two!.differences[0]);
  const { name } = one!.differences[0]!;
  for (const [at, listener] of one!.expected.listeners.entries()) {
    // The marks of the one that differs lead to the replica's own pod.
    if (listener.name === name) expect(two!.expected.listeners[at]).not.toBe(listener);
    else for (const it of [plain, two]) expect(it!.expected.listeners[at]).toBe(listener);
  }
});
