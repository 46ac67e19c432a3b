import { expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import { newCredentials } from '../../../src/app/review/new-credentials.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, podYaml } from '../../support/mesh.ts';

const gate = podYaml('edge/gate', { labels: { istio: 'ingress' }, addresses: ['10.0.0.99'], gateway: true });
const secure = (credential: string): string =>
  manifest(
    'Gateway',
    'secure',
    `{selector: {istio: ingress}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, credentialName: ${credential}}}]}`,
    { namespace: 'edge' },
  );
/** What is told where the name of the certificate changes, beside other objects of Git. */
const told = (before: string, after: string, beside = ''): string[] => {
  const [base, head] = [before, after].map((name) => compiledMesh(inputOf(`${gate}${secure(name)}`), () => true));
  return newCredentials(base!, head!, inputOf(beside).resources).map(
    ({ severity, field, message, proxies }) => `${severity} ${field} ${message.split(',')[0]} [${proxies}]`,
  );
};
const made = (kind: string, name: string, spec: string, namespace = 'edge'): string => `---
apiVersion: example.org/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
const note = 'info spec.servers[0].tls.credentialName Gateway edge/secure names secret edge/new [edge/gate]';

it('notes a secret that no gateway asks for today', () => {
  expect(told('old', 'new')).toEqual([note]);
  expect(told('old', 'old')).toEqual([]);
});

it.each([
  ['the Secret', made('Secret', 'new', '{}')],
  ['a Certificate', made('Certificate', 'web', '{secretName: new}')],
  ['an ExternalSecret', made('ExternalSecret', 'web', '{target: {name: new}}')],
])('is silent where Git holds %s of it', (_, beside) => {
  expect(told('old', 'new', beside)).toEqual([]);
});

it('does not take the Secret of another namespace for it', () => {
  expect(told('old', 'new', made('Secret', 'new', '{}', 'shop'))).toEqual([note]);
});
