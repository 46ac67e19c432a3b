import { expect, it, vi } from 'vitest';
import { status } from '../../../src/app/status/index.ts';
import { readCaptureState } from '../../../src/io/capture-source.ts';
import { type ClusterState, isProblem } from '../../../src/model/cluster-state.ts';
import type { JsonObject } from '../../../src/model/json.ts';

vi.setConfig({ testTimeout: 120_000 });

const frontend = 'shop/frontend-v1-6dddf95df-b695w';
const payment = 'payments/payment-v1-8545f79b46-rxgwx';
const ledger = 'payments/ledger-v1-6798f764b4-rxp4r';
const nodeOf = (id: string) => id.split('/').reverse().join('.');

/** The recorded mesh with a second istiod, of another revision and version. */
async function mesh(change: (state: ClusterState, second: JsonObject[]) => void): Promise<ClusterState> {
  const state = await readCaptureState('fixtures/recordings/1.29/baseline/capture');
  state.proxies = state.proxies.filter(({ id }) => [frontend, payment, ledger].includes(id));
  const [first] = state.istiods as [ClusterState['istiods'][0]];
  const rows: JsonObject[] = [];
  state.istiods = [
    first,
    { ...first, podName: 'istiod-canary', revision: 'canary', version: '1.31.0', syncz: rows, problems: [] },
  ];
  change(state, rows);
  return state;
}

const run = (state: ClusterState) =>
  status(undefined, state, {
    tool: { name: 'kubectl mesh', version: '0', command: 'status' },
    cluster: {},
    concurrency: 2,
    readProxies: true,
    others: false,
  });
const rowOf = (state: ClusterState, id: string) => state.istiods[0]?.syncz?.find((it) => it['proxy'] === nodeOf(id));

it('asks istiods of all revisions: who is known to two, to one of another version, and to none', async () => {
  const report = await run(
    await mesh((state, second) => {
      const first = state.istiods[0]!;
      // frontend is known to both; payment has moved to the second; ledger is known to nobody.
      second.push(rowOf(state, frontend)!, rowOf(state, payment)!);
      first.syncz = first.syncz?.filter((it) => it['proxy'] !== nodeOf(payment) && it['proxy'] !== nodeOf(ledger));
    }),
  );
  const found = (code: string) => report.findings.filter((it) => it.code === code);
  expect(found('MESH0014')).toMatchObject([{ severity: 'warning', proxies: [frontend] }]);
  expect(found('MESH0014')[0]?.message).toMatch(/connected to 2 istiods: .*\(default\).*istiod-canary \(canary\)/);
  // Two minor versions apart.
  expect(found('MESH0015')).toMatchObject([{ severity: 'warning', proxies: [payment] }]);
  expect(report.proxies.map(({ id, state, restart }) => [id, state, restart])).toEqual([
    [ledger, 'disconnected', 'unknown'],
    [payment, 'synced', 'same'],
    [frontend, 'synced', 'same'],
  ]);
  expect(report.findings.map((it) => it.message).join('\n')).toContain(`${ledger} is not connected to any istiod`);
  expect(report.istiods.map(({ revision, proxies }) => [revision, proxies])).toEqual([
    ['default', 13],
    ['canary', 2],
  ]);
  expect(report.complete).toBe(true);
});

it('calls none disconnected where one of the istiods did not answer', async () => {
  const report = await run(
    await mesh((state) => {
      const first = state.istiods[0]!;
      first.syncz = first.syncz?.filter((it) => it['proxy'] !== nodeOf(payment));
      state.istiods[1]!.syncz = undefined;
    }),
  );
  expect(report.proxies.map(({ state }) => state)).toEqual(['synced', 'unknown', 'synced']);
  expect(report.complete).toBe(false);
});

it('tells of certificates by the dump of their proxy, and of those that could not be read', async () => {
  const report = await run(
    await mesh((state) => {
      const end = (ms: number) => new Date(Date.parse(state.takenAt) + ms).toISOString();
      state.proxies = state.proxies.map((source) => ({
        ...source,
        read: async (signal) => {
          const answers = await source.read(signal);
          if (isProblem(answers) || source.id === ledger) return answers;
          if (source.id === frontend) return { ...answers, certs: undefined };
          const chain = { valid_from: end(-86_400_000), expiration_time: end(-60_000) };
          return { ...answers, certs: { certificates: [{ cert_chain: [chain] }] } };
        },
      }));
    }),
  );
  expect(report.findings).toMatchObject([{ code: 'MESH0016', severity: 'error', proxies: [payment] }]);
  expect(report.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', subject: frontend }));
  expect(report.complete).toBe(false);
});
