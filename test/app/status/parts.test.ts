import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/app/drift/connections.ts';
import { readSyncEntries } from '../../../src/app/drift/syncz.ts';
import { certificateOf } from '../../../src/app/status/certificates.ts';
import { stillDoes } from '../../../src/app/status/effects.ts';
import { hazardFindings } from '../../../src/app/status/hazards.ts';
import { typeStates } from '../../../src/app/status/type-states.ts';
import { versionFindings } from '../../../src/app/status/versions.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { IstiodStatus, ProxyStatus } from '../../../src/model/status.ts';
import { toResource } from '../../../src/source/object.ts';

const now = '2026-11-21T12:00:00Z';
const uuid = '1a1fbab3-25f3-40e7-bcef-883e40a134df';
const istiod = { podName: 'istiod-1', namespace: 'istio-system', revision: 'default', problems: [] };
const connection = (entry: object): Connection => ({ ...readSyncEntries([{ proxy: 'a.b', ...entry }])[0]!, istiod });

describe('the state of each type', () => {
  it('is read from the old shape, with the time of the push in the nonce', () => {
    const types = typeStates(
      connection({
        cluster_sent: `2026-11-21T11:46:00Z/7${uuid}`,
        cluster_acked: `2026-11-21T11:00:00Z/6${uuid}`,
        listener_sent: `2026-11-21T11:00:00Z/6${uuid}`,
        listener_acked: `2026-11-21T11:00:00Z/6${uuid}`,
      }),
      [],
      now,
    );
    expect(types.cluster).toMatchObject({ state: 'STALE', ageSeconds: 14 * 60 });
    expect(types.listener).toMatchObject({ state: 'SYNCED', ageSeconds: 3600 });
    expect([types.route.state, types.extension.state]).toEqual(['NOT SENT', 'IGNORED']);
  });

  it('tells in the new shape what the proxy does not ask for, and what Envoy answered', () => {
    const cluster = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
    const listener = 'type.googleapis.com/envoy.config.listener.v3.Listener';
    const sentTime = '2026-11-21T11:59:50Z';
    const types = typeStates(
      connection({ resources: { [cluster]: { sent: 'b', acked: 'a', sentTime, lastError: 'no' }, [listener]: {} } }),
      [],
      now,
    );
    expect(types.cluster).toEqual({ state: 'REJECTED', sentAt: sentTime, ageSeconds: 10, error: 'no' });
    expect([types.listener.state, types.route.state]).toEqual(['NOT SENT', 'IGNORED']);
    expect(typeStates(undefined, [], now).cluster.state).toBe('UNKNOWN');
  });
});

describe('certificates', () => {
  const certs = (from: string, to: string) => ({
    certificates: [
      {
        cert_chain: [{ valid_from: from, expiration_time: to }],
        ca_cert: [{ expiration_time: '2036-01-01T00:00:00Z' }],
      },
    ],
  });

  it.each([
    ['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 'valid'],
    ['2026-11-20T16:00:00Z', '2026-11-21T16:00:00Z', 'soon'],
    ['2026-11-20T11:00:00Z', '2026-11-21T11:00:00Z', 'expired'],
    ['2020-01-01T00:00:00Z', '2027-06-01T00:00:00Z', 'valid'],
    ['2020-01-01T00:00:00Z', '2026-12-10T00:00:00Z', 'soon'],
  ])('from %s to %s is %s', (from, to, state) => {
    expect(certificateOf(certs(from, to), now)).toEqual({ expires: to.replace('Z', '.000Z'), state });
  });

  it('says nothing of a proxy without any', () => {
    expect(certificateOf(undefined, now)).toBeNull();
    expect(certificateOf({ certificates: [{}] }, now)).toBeNull();
  });
});

const proxy = (id: string, more: Partial<ProxyStatus>): ProxyStatus => ({
  id,
  type: 'sidecar',
  workload: id,
  cluster: 'Kubernetes',
  revision: 'default',
  state: 'synced',
  connections: [{ istiod: 'istiod-1', revision: 'default', version: '1.29.0' }],
  types: typeStates(undefined, [], now),
  versions: { istio: '1.29.1', envoy: null },
  read: true,
  differs: false,
  behindSeconds: null,
  effects: [],
  rejections: [],
  restart: 'same',
  restartLacks: [],
  certificate: null,
  ...more,
});

describe('hazards', () => {
  it('names pods by what they would lose, proxies of two istiods, and certificates at their end', () => {
    const findings = hazardFindings(
      [
        proxy('a/1', { restart: 'broken', restartLacks: ['listener virtualInbound'] }),
        proxy('a/2', { restart: 'broken', restartLacks: ['listener virtualInbound'] }),
        proxy('a/3', {
          connections: [
            { istiod: 'x', revision: 'r1', version: '' },
            { istiod: 'y', revision: 'r2', version: '' },
          ],
        }),
        proxy('a/4', { certificate: { expires: '2026-11-21T11:00:00.000Z', state: 'expired' } }),
        proxy('a/5', {}),
      ],
      now,
    );
    expect(findings.map(({ code, severity, proxies }) => [code, severity, proxies])).toEqual([
      ['MESH0013', 'error', ['a/1', 'a/2']],
      ['MESH0014', 'warning', ['a/3']],
      ['MESH0016', 'error', ['a/4']],
    ]);
    expect(findings[2]?.message).toContain('60 min ago');
  });

  it('knows which versions go together', () => {
    const of = (istio: string) => proxy(`a/${istio}`, { versions: { istio, envoy: null } });
    const severities = ['1.29.3', '1.28.0', '1.27.0', '1.26.0', '1.30.0', ''].map(
      (version) => versionFindings([of(version)], [])[0]?.severity,
    );
    expect(severities).toEqual([undefined, 'info', 'warning', 'warning', 'warning', undefined]);
    const istiods: IstiodStatus[] = ['1.29.0', '1.28.0'].map((version, index) => {
      return { pod: `${index}`, namespace: 'istio-system', revision: 'default', version, proxies: 1 };
    });
    expect(versionFindings([], istiods)[0]?.message).toContain('1.28.0, 1.29.0');
  });
});

describe('what late proxies still do', () => {
  const object = toResource(
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'checkout', namespace: 'shop' },
      spec: { http: [{ route: [{ destination: { host: 'checkout', subset: 'v1' }, weight: 10 }] }] },
    },
    'api',
  );
  const objects = new Map([['VirtualService shop/checkout', object]]);
  const finding = (field: string, live: unknown, expected: unknown) =>
    ({
      resource: 'VirtualService shop/checkout',
      field,
      live,
      expected,
      message: 'x still holds an old route 80',
    }) as Finding;

  it.each([
    ['spec.http[0].route[0].weight', 90, 10, 'still sends 90 % to v1 of checkout instead of 10 %'],
    ['spec.http[0].timeout', '10s', '4s', 'still waits up to 10s instead of 4s'],
    ['spec.http[0].headers.request.set.x-wave', '1', '2', 'still sets request header x-wave to 1 instead of 2'],
    ['spec.http[0].route[0].destination.host', 'a', 'b', 'still sends to a instead of b'],
    ['spec.tls[0].port', 1, 2, 'still has 1 instead of 2 for spec.tls[0].port'],
    ['', null, null, 'still holds an old route 80'],
  ])('%s', (field, live, expected, words) => {
    expect(stillDoes(finding(field, live, expected), objects)).toBe(words);
  });

  it('several do so in the plural', () => {
    expect(stillDoes(finding('spec.http[0].timeout', '10s', '4s'), objects, true)).toMatch(/^still wait /);
  });
});
