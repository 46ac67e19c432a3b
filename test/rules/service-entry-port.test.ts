import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const entry = (name: string, protocol: string, number = 443): string =>
  manifest(
    'ServiceEntry',
    name,
    `{hosts: [api.example], ports: [{number: ${number}, name: p, protocol: ${protocol}}], resolution: DNS}`,
    { created: name === 'a' ? '2024-02-01T00:00:00Z' : '2024-03-01T00:00:00Z' },
  );
const told = (yaml: string) => findingsIn(yaml).map(({ code, resource, field }) => `${code} ${resource} ${field}`);

it('tells the younger of two that disagree on the protocol of a port', () => {
  expect(told(entry('a', 'TLS') + entry('b', 'HTTP'))).toEqual(['MESH0194 ServiceEntry shop/b spec.ports[0].protocol']);
  expect(told(entry('a', 'TLS') + entry('b', 'TLS'))).toEqual([]);
  expect(told(entry('a', 'TLS') + entry('b', 'HTTP', 80))).toEqual([]);
});
