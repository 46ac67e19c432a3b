import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const gateway = (...servers: string[]): string =>
  manifest('Gateway', 'public', `{selector: {istio: ingress}, servers: [${servers.join(', ')}]}`);
const http = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}';
const https = (mode: string): string =>
  `{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: ${mode}, credentialName: c}, hosts: [a.example]}`;
const policy = (rest: string): string =>
  manifest('AuthorizationPolicy', 'edge', `{selector: {matchLabels: {istio: ingress}}, ${rest}}`, {
    namespace: 'edge',
  });
const ofPrincipals = 'rules: [{from: [{source: {principals: ["cluster.local/ns/shop/sa/default"]}}]}]';
const told = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ code }) => code === 'MESH0141')
    .map(({ severity, field }) => `${severity} ${field}`);

it('tells identities that are asked for at a gateway that asks for no certificate', () => {
  const place = 'spec.rules[0].from[0].source.principals';
  expect(told(gateway(http) + policy(ofPrincipals))).toEqual([`error ${place}`]);
  expect(told(gateway(http, https('SIMPLE')) + policy(ofPrincipals))).toEqual([`error ${place}`]);
  expect(told(gateway(http) + policy(`action: DENY, ${ofPrincipals}`))).toEqual([`warning ${place}`]);
});

it('is silent where a server asks for one, where none is open, and for other sources', () => {
  for (const mode of ['MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_MUTUAL'])
    expect(told(gateway(http, https(mode)) + policy(ofPrincipals))).toEqual([]);
  expect(told(policy(ofPrincipals))).toEqual([]);
  expect(told(gateway(http) + policy('rules: [{from: [{source: {remoteIpBlocks: ["10.0.0.0/8"]}}]}]'))).toEqual([]);
});
