import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const route = (host: string, destination: string): string =>
  manifest('VirtualService', 'x', `{hosts: [${host}], http: [{route: [{destination: ${destination}}]}]}`);
const subsets = manifest('DestinationRule', 'cart', '{host: cart, subsets: [{name: v9, labels: {version: v9}}]}');

it.each([
  ['a host', route('nobody', '{host: cart, port: {number: 8080}}'), 'MESH0116', 'error'],
  ['pods of a subset', route('cart', '{host: cart, subset: v9}') + subsets, 'MESH0108', 'error'],
  [
    'workloads of a policy',
    manifest('AuthorizationPolicy', 'far', '{selector: {matchLabels: {app: far}}}'),
    'MESH0142',
    'warning',
  ],
  [
    'sidecars of a policy',
    manifest('PeerAuthentication', 'far', '{selector: {matchLabels: {app: far}}, mtls: {mode: STRICT}}'),
    'MESH0133',
    'warning',
  ],
  [
    'a Service of that name',
    manifest('DestinationRule', 'r', '{host: cart}', { namespace: 'edge' }),
    'MESH0192',
    'warning',
  ],
])('makes a note of what is missing where a cluster that was not read may have %s', (_, yaml, code, severity) => {
  const of = (unseenClusters: string[]) =>
    findingsIn(yaml, { infos: true, unseenClusters }).find((finding) => finding.code === code);
  expect(of([])?.severity).toBe(severity);
  expect(of(['west'])?.severity).toBe('info');
  expect(of(['west'])?.message).toContain('unless cluster west has');
});
