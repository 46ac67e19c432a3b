import { describe, expect, it } from 'vitest';
import { secretsOfStates } from '../../../src/app/check/gateway-secrets.ts';
import { check } from '../../../src/app/check/index.ts';
import type { ClusterState, Problem, ProxySource } from '../../../src/model/cluster-state.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';

const type = 'type.googleapis.com/envoy.admin.v3';
const dump = {
  configs: [
    { '@type': `${type}.ListenersConfigDump` },
    { '@type': `${type}.SecretsConfigDump`, dynamic_warming_secrets: [{ name: 'kubernetes://lost' }] },
  ],
};
const forbidden: Problem = { code: 'forbidden', message: 'pods/portforward is forbidden', advice: 'add the role.' };

function stateOf(answer: Problem | undefined, credential: string, read: string[] = []): ClusterState {
  const server = `{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, ${credential}}}`;
  const { resources } = inputOf(
    podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true }) +
      podYaml('shop/cart', { labels: { app: 'cart' }, addresses: ['10.0.0.1'] }) +
      manifest('Gateway', 'public', `{selector: {istio: ingress}, servers: [${server}]}`, { namespace: 'edge' }),
  );
  const source = (namespace: string, podName: string): ProxySource => ({
    id: `${namespace}/${podName}`,
    namespace,
    podName,
    read: async () => {
      read.push(podName);
      return answer ?? { configDump: Buffer.from(JSON.stringify(dump)), problems: [] };
    },
  });
  return {
    origin: 'test',
    takenAt: '2024-01-01T00:00:00Z',
    resources: [...resources],
    istiods: [],
    proxies: [source('edge', 'gate'), source('shop', 'cart')],
    skipped: [],
  };
}

async function checked(state: ClusterState, noProxies = false) {
  const secrets = await secretsOfStates([state], noProxies, new AbortController().signal);
  const options = { tool: { name: 'kubectl mesh', version: '0', command: 'check' }, cluster: {}, today: '2024-01-01' };
  const report = check(undefined, state, { ...options, secrets });
  return {
    findings: report.findings
      .filter(({ code }) => code === 'MESH0199')
      .map(({ severity, field, proxies }) => [severity, field, ...proxies]),
    rows: report.diagnostics.filter(({ subject }) => subject === 'edge/gate'),
    complete: report.complete,
  };
}

describe('check and the secrets that gateways wait for', () => {
  it('tells a credentialName whose Secret has not come, and reads no sidecar', async () => {
    const read: string[] = [];
    const { findings, rows } = await checked(stateOf(undefined, 'credentialName: lost', read));
    expect(findings).toEqual([['error', 'spec.servers[0].tls.credentialName', 'edge/gate']]);
    expect(rows).toEqual([]);
    expect(read).toEqual(['gate']);
  });

  it('reads nothing with --no-proxies, and where no object names a credential', async () => {
    const read: string[] = [];
    expect((await checked(stateOf(undefined, 'credentialName: lost', read), true)).findings).toEqual([]);
    expect((await checked(stateOf(undefined, 'serverCertificate: /a, privateKey: /b', read))).findings).toEqual([]);
    expect(read).toEqual([]);
  });

  it('says which gateway could not be asked, and judges the rest', async () => {
    const { findings, rows, complete } = await checked(stateOf(forbidden, 'credentialName: lost'));
    expect(findings).toEqual([]);
    expect(rows).toEqual([
      {
        severity: 'info',
        subject: 'edge/gate',
        message: 'which secrets this gateway waits for is not known: pods/portforward is forbidden',
        fix: 'add the role.',
      },
    ]);
    expect(complete).toBe(true);
  });
});
