import { describe, expect, it } from 'vitest';
import { type DriftFlags, runDrift } from '../../../src/app/run-drift.ts';
import type { Finding } from '../../../src/model/finding.ts';

const folder = 'fixtures/recordings/1.29';
const allSidecars = 12;

/** Runs drift on a recording's uncommitted files; `proxy` where the fixture holds the dumps of a few proxies only. */
async function drift(recording: string, flags: Partial<DriftFlags> = {}) {
  return runDrift(
    {
      git: `${folder}/${recording}`,
      ref: 'WORKTREE',
      path: ['git'],
      capture: `${folder}/${recording}/capture`,
      ...flags,
    },
    'test',
    AbortSignal.timeout(60_000),
    () => {},
  );
}

/** Files are named from the root of the repository, which is this project's: shortened to the recording's own. */
const place = ({ location }: Finding): string => `${location?.file.replace(/^.*\/git\//, 'git/')}:${location?.line}`;
const brief = (it: Finding) => [it.severity, it.code, it.kind, it.resource, it.field, place(it), it.expected, it.live];

describe('drift on recorded meshes', () => {
  it('names each of five drifts on its own object, with place, values, proxies and layer, and nothing else', async () => {
    const { report, code } = await drift('drift-several');
    expect(report.findings.map(brief)).toEqual([
      [
        'error',
        'MESH0001',
        'drift',
        'AuthorizationPolicy payments/payment',
        'spec.rules[0].to[0].operation.paths[0]',
        'git/payments/policy.yaml:10',
        '/admin*',
        '/admin',
      ],
      [
        'error',
        'MESH0002',
        'drift',
        'DestinationRule payments/payment',
        '',
        'git/payments/policy.yaml:13',
        'present',
        'absent',
      ],
      [
        'error',
        'MESH0001',
        'drift',
        'VirtualService shop/catalog',
        'spec.http[0].timeout',
        'git/shop/catalog.yaml:8',
        '3s',
        '15s',
      ],
      [
        'warning',
        'MESH0001',
        'drift',
        'Gateway istio-ingress/public',
        'spec.servers[0].hosts',
        'git/ingress/gateway.yaml:8',
        ['shop.example'],
        ['shop.example', 'old.shop.example'],
      ],
      [
        'warning',
        'MESH0003',
        'drift',
        'VirtualService shop/reviews-experiment',
        '',
        'undefined:undefined',
        'absent',
        'present',
      ],
    ]);
    expect(report.findings.map(({ proxies }) => proxies.length)).toEqual([1, 14, allSidecars, 0, allSidecars]);
    expect(new Set(report.findings.map(({ layer }) => layer))).toEqual(new Set(['git-api']));
    expect(report.summary.proxies).toEqual({ examined: 14, skipped: 0, inSync: 14, stale: 0, rejected: 0 });
    expect(report.findings[2]?.evidence?.[0]).toMatchObject({
      type: 'route',
      name: '8080',
      expected: '3s',
      live: '15s',
    });
    expect(code).toBe(1);
  });

  it('finds nothing where only spelling differs', async () => {
    const { report, code } = await drift('drift-cosmetic', {
      proxy: ['shop/frontend-v1-6dddf95df-b695w', 'payments/payment-v1-8545f79b46-rxgwx'],
    });
    expect(report.findings.map(brief)).toEqual([]);
    expect(report.summary.resources.git).toBe(3);
    expect(code).toBe(0);
  });

  it('leaves weights to the controller that moves them, and says so', async () => {
    const proxy = ['shop/frontend-v1-6dddf95df-b695w', 'payments/ledger-v1-6798f764b4-rxp4r'];
    const { report, code } = await drift('drift-flagger', { proxy });
    expect(report.findings.map(brief)).toEqual([
      [
        'info',
        'MESH0004',
        'drift',
        'VirtualService shop/checkout',
        'spec.http[0].route[0].weight',
        'git/checkout.yaml:26',
        100,
        70,
      ],
      [
        'info',
        'MESH0004',
        'drift',
        'VirtualService shop/checkout',
        'spec.http[0].route[1].weight',
        'git/checkout.yaml:28',
        0,
        30,
      ],
    ]);
    expect(report.findings[0]?.message).toContain('flagger');
    expect(code).toBe(0);
    expect((await drift('drift-flagger', { proxy, 'fail-on': 'info' })).code).toBe(1);
  });

  it('says what a proxy that missed a push still does', async () => {
    const { report, code } = await drift('fault-stale-one', {
      proxy: ['shop/frontend-v1-6dddf95df-b695w', 'shop/cart-v1-5c68bdf7ff-24lkp'],
    });
    expect(report.findings.map(brief)).toEqual([
      [
        'error',
        'MESH0010',
        'stale',
        'VirtualService shop/catalog',
        'spec.http[0].route[0].destination.subset',
        'git/catalog.yaml:18',
        'v2',
        'v1',
      ],
    ]);
    expect(report.findings[0]?.proxies).toEqual(['shop/frontend-v1-6dddf95df-b695w']);
    expect(report.findings[0]?.layer).toBe('api-proxy');
    expect(report.summary.proxies).toMatchObject({ inSync: 1, stale: 1, rejected: 0 });
    expect(code).toBe(1);
  });

  it("names the line of a rejected update in Git, with Envoy's own words", async () => {
    const { report } = await drift('fault-nack-lua', {
      proxy: ['shop/cart-v1-7d7bd9fd8c-r8zwz', 'shop/frontend-v1-6dddf95df-b695w'],
    });
    expect(report.findings).toHaveLength(1);
    const [nack] = report.findings;
    expect(nack).toMatchObject({
      code: 'MESH0012',
      kind: 'nack',
      resource: 'EnvoyFilter shop/cart-audit',
      layer: 'proxy-rejects',
    });
    expect(nack && place(nack)).toBe('git/audit.yaml:26');
    expect(nack?.message).toContain("')' expected");
    expect(report.summary.proxies).toMatchObject({ inSync: 1, rejected: 1 });
  });

  it('is clean where neither Git nor the cluster has config, and an error where only the cluster has', async () => {
    const path = ['capture/istiod'];
    const { report, code } = await drift('baseline', { path });
    expect([report.findings, report.summary.resources.git, report.complete, code]).toEqual([[], 0, true, 0]);
    await expect(drift('drift-several', { path })).rejects.toThrow(/no Kubernetes object was found/);
  });

  it('tells a proxy without a dump in the capture as a row of its own, and is then not clean', async () => {
    const { report, code } = await drift('drift-cosmetic', { namespace: 'payments' });
    expect(report.complete).toBe(false);
    expect(report.diagnostics.filter(({ severity }) => severity === 'error').map(({ subject }) => subject)).toEqual([
      'payments/ledger-v1-6798f764b4-rxp4r',
    ]);
    expect(code).toBe(2);
  });

  it('refuses to call an examination of no proxy clean', async () => {
    await expect(drift('drift-several', { namespace: 'legacy' })).rejects.toThrow(/no proxy is selected/);
    await expect(drift('drift-several', { namespace: 'nowhere' })).rejects.toThrow(/no namespace nowhere/);
  });
});
