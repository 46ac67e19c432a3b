import { describe, expect, it } from 'vitest';
import { notYetCreated } from '../../src/model/age.ts';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const at = (time: string) => ({ created: time === '' ? notYetCreated : time });
const rule = (name: string, mode: string, time = '') =>
  manifest('DestinationRule', name, `{host: cart, trafficPolicy: {loadBalancer: {simple: ${mode}}}}`, at(time));
const routes = (name: string, path: string, time = '') =>
  manifest(
    'VirtualService',
    name,
    `{hosts: [cart], http: [{match: [{uri: {prefix: ${path}}}], route: [{destination: {host: cart}}]}]}`,
    at(time),
  );
const policy = (name: string, mode: string, time = '') =>
  manifest('PeerAuthentication', name, `{mtls: {mode: ${mode}}}`, at(time));
const [first, second] = ['2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'];
const said = (code: string, yaml: string) =>
  findingsIn(yaml).flatMap((it) => (it.code === code ? [`${it.message} | ${it.effect}`] : []));

const kinds = [
  ['MESH0110', routes('b', '/b', first), routes('a', '/a', second), routes('b', '/b'), routes('a', '/a')],
  [
    'MESH0111',
    rule('b', 'RANDOM', first),
    rule('a', 'ROUND_ROBIN', second),
    rule('b', 'RANDOM'),
    rule('a', 'ROUND_ROBIN'),
  ],
  [
    'MESH0187',
    policy('b', 'STRICT', first),
    policy('a', 'DISABLE', second),
    policy('b', 'STRICT'),
    policy('a', 'DISABLE'),
  ],
] as const;

describe.each(kinds)('%s', (code, older, younger, one, other) => {
  it('says which object is older', () => {
    expect(said(code, older + younger)).toEqual([expect.stringMatching(/^(\w+) shop\/a .*\1 shop\/b is older/)]);
  });

  it('says that objects of one second go by their names', () => {
    const [a, b] = [older, younger].map((it) => it.replace(/2024-0\d/, '2024-05')) as [string, string];
    expect(said(code, a + b)).toEqual([
      expect.stringMatching(/shop\/b .*shop\/a is of the same age and first by its name/),
    ]);
  });

  it('does not say that an object is older of which no age is known', () => {
    const [text = '', ...more] = said(code, one + other);
    expect(more).toEqual([]);
    expect(text).toMatch(/Which of both is older is not known here: .* in one second \w+ shop\/a does, by its name/);
    expect(text).not.toMatch(/is older and|is dropped|has no effect|younger|shop\/a is older/);
  });

  it('knows that what is there is older than what is not created yet', () => {
    expect(said(code, older + other)).toEqual([expect.stringMatching(/shop\/b is older/)]);
  });
});
