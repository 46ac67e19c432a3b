import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const told = (kind: string, spec: string) =>
  findingsIn(manifest(kind, 'a', spec))
    .map(({ code, field }) => `${code} ${field}`)
    .filter((it) => /MESH017[14]/.test(it))
    .sort();

it('tells a fault once that the API server and the webhook refuse', () => {
  // A rule in CEL of the whole spec, which names the field.
  expect(told('PeerAuthentication', '{portLevelMtls: {80: {mode: DISABLE}}}')).toEqual(['MESH0171 spec']);
});

it('tells two faults of one object, whoever refuses them', () => {
  const from = 'from: [{source: {ipBlocks: [a]}}]';
  expect(told('AuthorizationPolicy', `{action: NEVER, rules: [{${from}}]}`)).toEqual([
    'MESH0171 spec.action',
    'MESH0174 spec.rules[0].from[0].source.ipBlocks[0]',
  ]);
});
