import { expect, it, vi } from 'vitest';
import { runDrift } from '../../../src/app/run-drift.ts';
import { runReview } from '../../../src/app/run-review.ts';
import { runRoute } from '../../../src/app/run-route.ts';
import { runStatus } from '../../../src/app/run-status.ts';
import { objectYaml } from '../../support/clusters.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { captureOfTwo } from '../../support/mesh-of-two.ts';

vi.setConfig({ testTimeout: 120_000 });

const { signal } = new AbortController();
const nothing = () => undefined;
const all = ['client-east@east', 'client-west@west', 'web-east@east', 'web-west@west'].map((it) => `shop/${it}`);
const git = { git: 'fixtures/recordings/1.29/drift-several', ref: 'WORKTREE', path: ['git'] };
const both = ['east', 'west'];
const rule = objectYaml('DestinationRule', 'web', {
  host: 'web',
  trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
});

/** What drift finds of the proxies; what Git says is another matter. */
async function ofProxies(capture: string, context?: string[]) {
  const { report } = await runDrift({ ...git, capture, ...(context ? { context } : {}) }, '0', signal, nothing);
  return { ...report, findings: report.findings.filter(({ layer }) => layer !== 'git-api') };
}

it('two primaries that read each other: nothing is found, and all is compared', async () => {
  const capture = captureOfTwo({ reads: both, more: rule }, { reads: both });
  const { findings, proxies, summary, complete, diagnostics } = await ofProxies(capture);
  expect(findings).toEqual([]);
  expect(proxies.map(({ id, state }) => [id, state])).toEqual(all.map((id) => [id, 'synced']));
  expect(summary.notCompared.filter(({ reason }) => reason.includes('not read'))).toEqual([]);
  expect([complete, diagnostics.filter(({ severity }) => severity === 'error')]).toEqual([true, []]);
});

it('of one cluster alone what it has of the other is not compared, and is no drift', async () => {
  const capture = captureOfTwo({ reads: both }, { reads: both });
  const { findings, summary, complete } = await ofProxies(capture, ['east']);
  expect(findings).toEqual([]);
  expect(complete).toBe(true);
  const unseen = summary.notCompared.filter(({ reason }) => reason.includes('not read (west)'));
  expect(unseen.map(({ leaves }) => leaves > 0)).toEqual([true]);
});

it('a cluster without an istiod is configured by the one that its proxies are connected to', async () => {
  const capture = captureOfTwo(
    { reads: both, more: rule },
    { istiod: false, more: rule.replace('RANDOM', 'ROUND_ROBIN') },
  );
  const { findings, proxies, complete } = await ofProxies(capture);
  expect(findings).toEqual([]);
  expect(proxies.map(({ id, state }) => [id, state])).toEqual(all.map((id) => [id, 'synced']));
  expect(complete).toBe(true);
  const { report } = await runStatus({ capture }, [], '0', signal);
  expect(report.istiods).toMatchObject([{ pod: 'istiod-1', cluster: 'east', proxies: 4 }]);
  expect(report.proxies.map(({ id, cluster }) => [id, cluster])).toEqual(all.map((id) => [id, id.split('@')[1]]));
});

it('two meshes that do not read each other share nothing', async () => {
  const capture = captureOfTwo({ reads: ['east'] }, { reads: ['west'] });
  const { findings } = await ofProxies(capture);
  // These proxies hold endpoints of both, which neither istiod sends.
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.flatMap(({ proxies }) => proxies)).toEqual(expect.arrayContaining(['shop/client-west@west']));
});

it('what one cluster alone holds otherwise is said of that one', async () => {
  const capture = captureOfTwo({ reads: both }, { reads: both }, (config) => {
    for (const cluster of config.clusters) if (cluster.name.includes('web.shop')) cluster['connect_timeout'] = '99s';
  });
  const { findings } = await ofProxies(capture);
  expect(findings.length).toBeGreaterThan(0);
  for (const { clusters } of findings) expect(clusters).toEqual(['west']);
});

it('an istiod that does not tell what it reads is taken to read all, and that is said', async () => {
  const { findings, diagnostics } = await ofProxies(captureOfTwo({}, {}));
  expect(findings).toEqual([]);
  const told = diagnostics.filter(({ message }) => message.includes('did not tell which clusters it reads'));
  expect(told.map(({ subject }) => subject)).toEqual(both);
});

it('review tells the proxies of both clusters that a change reaches', async () => {
  const repository = makeRepository({ 'web.yaml': rule });
  repository.commit({ 'web.yaml': rule.replace('RANDOM', 'LEAST_REQUEST') });
  const capture = captureOfTwo({ reads: both, more: rule }, { reads: both, more: rule });
  const { report } = await runReview('HEAD~1..HEAD', { git: repository.directory, capture }, '0', signal);
  expect(report.review?.changes).toMatchObject([{ resource: 'DestinationRule shop/web', proxies: all }]);
  expect(report.review?.blastRadius.flatMap(({ proxies }) => proxies).sort()).toEqual(all);
  expect(report.proxies.map(({ id }) => id)).toEqual(all);
});

it('route starts in the cluster that has the workload, and knows the endpoints of both', async () => {
  const capture = captureOfTwo({ reads: both }, { reads: both });
  const ask = async (from: string) => {
    const { report } = await runRoute({ capture, from }, 'http://web/', signal);
    return JSON.stringify([report.agree, report.live]);
  };
  const [east, west] = [await ask('shop/client-east'), await ask('shop/client-west@west')];
  for (const told of [east, west]) expect(told).toContain('outbound|80||web.shop.svc.cluster.local');
});
