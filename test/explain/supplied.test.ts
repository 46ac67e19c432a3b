import { describe, expect, it } from 'vitest';
import { compileProxy } from '../../src/compile/index.ts';
import { decodeConfigDump } from '../../src/decode/index.ts';
import { explainGateway, readRequest, type World } from '../../src/explain/index.ts';
import { missingSecret } from '../../src/explain/supplied.ts';
import { formatPath } from '../../src/model/json.ts';
import { originsAt } from '../../src/model/provenance.ts';
import { manifest } from '../support/manifests.ts';
import { meshOf, podYaml, proxyOf } from '../support/mesh.ts';

const certificates = (...names: string[]) => ({ tls_certificate_sds_secret_configs: names.map((name) => ({ name })) });
const combined = (name: string) => ({
  combined_validation_context: { validation_context_sds_secret_config: { name } },
});
const missingOf = (common: object, ...names: string[]) =>
  missingSecret(
    { clusters: [], endpoints: [], listeners: [], routes: [], missingSecrets: new Set(names) },
    common as Record<string, unknown>,
  );

describe('a TLS context cannot be used', () => {
  it.each([
    ['without its certificate', certificates('a'), ['a'], 'a'],
    ['without all its certificates', certificates('a', 'b'), ['a', 'b'], 'a'],
    ['without what it validates with', { ...certificates('a'), ...combined('ca') }, ['ca'], 'ca'],
    ['without that as a whole', { validation_context_sds_secret_config: { name: 'ca' } }, ['ca'], 'ca'],
  ])('%s', (_, common, missing, name) => {
    expect(missingOf(common, ...missing)?.name).toBe(name);
  });

  it('but can with one of its certificates, and where another one is missing', () => {
    expect(missingOf(certificates('a', 'b'), 'a')).toBeUndefined();
    expect(missingOf(certificates('a'), 'other')).toBeUndefined();
    expect(missingOf({}, 'other')).toBeUndefined();
  });
});

it('takes no secret for missing that the same dump holds', () => {
  const type = 'type.googleapis.com/envoy.admin.v3';
  const sections = {
    dynamic_active_secrets: [{ name: 'a' }],
    dynamic_warming_secrets: [{ name: 'a' }, { name: 'b' }],
  };
  const { waitingSecrets } = decodeConfigDump({
    configs: [{ '@type': `${type}.ListenersConfigDump` }, { '@type': `${type}.SecretsConfigDump`, ...sections }],
  });
  expect(waitingSecrets).toEqual(['b']);
});

it('closes the connections of a server whose secret is missing alone, and names its credentialName', () => {
  const server = (credential: string): string =>
    `{port: {number: 443, name: ${credential}, protocol: HTTPS}, hosts: [${credential}.example], tls: {mode: SIMPLE, credentialName: ${credential}}}`;
  const registry = meshOf(
    podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true }) +
      manifest('Gateway', 'public', `{selector: {istio: ingress}, servers: [${server('here')}, ${server('lost')}]}`, {
        namespace: 'edge',
      }),
  );
  const config = {
    ...compileProxy(proxyOf(registry, 'edge/gate'), registry),
    missingSecrets: new Set(['kubernetes://lost']),
  };
  const world: World = { peerAt: (address) => ({ name: address, address, outside: true }) };
  const gate = { name: 'edge/gate', config, address: '10.0.0.99' };
  const ask = (host: string) => explainGateway(gate, 443, readRequest(`https://${host}/`), undefined, world);
  expect(ask('here.example').outcome).toMatchObject({ kind: 'answer', status: 404 });
  const { hop, outcome } = ask('lost.example');
  expect(outcome).toEqual({
    kind: 'closed',
    flag: '-',
    details: 'edge/gate waits for secret lost: istiod has not sent it: it does not exist or may not be read',
    by: 'edge/gate',
  });
  const { root, path } = hop?.decidedBy.at(-1) ?? { root: {}, path: [] };
  expect(originsAt(root, path).map((it) => `${it.resource.kind} ${formatPath(it.path)}`)).toEqual([
    'Gateway spec.servers[1].tls.credentialName',
  ]);
});
