import { expect, it } from 'vitest';
import { WaitingSecrets } from '../../../src/app/drift/waiting-secrets.ts';
import { compileProxy } from '../../../src/compile/index.ts';
import { decodeConfigDump } from '../../../src/decode/index.ts';
import { manifest } from '../../support/manifests.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const server = (port: number, credential: string): string =>
  `{port: {number: ${port}, name: p${port}, protocol: HTTPS}, hosts: [shop.example], tls: {mode: SIMPLE, credentialName: ${credential}}}`;
const registry = meshOf(
  podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true }) +
    manifest(
      'Gateway',
      'public',
      `{selector: {istio: ingress}, servers: [${server(443, 'here')}, ${server(8443, 'lost')}]}`,
      {
        namespace: 'edge',
      },
    ),
);
const gate = proxyOf(registry, 'edge/gate');
const type = 'type.googleapis.com/envoy.admin.v3';
const dump = (waiting: string[]) => ({
  configs: [
    {
      '@type': `${type}.ListenersConfigDump`,
      dynamic_listeners: [
        { name: '0.0.0.0_8443', warming_state: { listener: { name: '0.0.0.0_8443' } } },
        { name: '0.0.0.0_443', active_state: { listener: { name: '0.0.0.0_443' } } },
      ],
    },
    { '@type': `${type}.SecretsConfigDump`, dynamic_warming_secrets: waiting.map((name) => ({ name })) },
  ],
});
const told = (...waiting: string[]) => {
  const secrets = new WaitingSecrets();
  secrets.add(gate, decodeConfigDump(dump(waiting)));
  return secrets
    .findings(
      (proxy) => compileProxy(proxy, registry),
      () => undefined,
    )
    .map(({ severity, resource, field, effect }) => [severity, resource, field, effect.split(' takes')[0]]);
};

it('names the key of a secret that has not come, and the listener that waits for it', () => {
  expect(told('kubernetes://lost')).toEqual([
    ['info', 'Gateway edge/public', 'spec.servers[1].tls.credentialName', 'listener 0.0.0.0_8443'],
  ]);
});

it('tells as an error what Envoy has given up waiting for', () => {
  expect(told('kubernetes://here')).toEqual([
    [
      'error',
      'Gateway edge/public',
      'spec.servers[0].tls.credentialName',
      'each connection to these hosts is closed without an answer.',
    ],
  ]);
});

it('is silent where every secret is there, and for one that no configuration asks for', () => {
  expect(told()).toEqual([]);
  expect(told('kubernetes://former')).toEqual([]);
});
