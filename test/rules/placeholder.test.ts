import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const told = (yaml: string) =>
  findingsIn(yaml, { infos: true }).map(({ code, severity, field, effect }) => [code, severity, field, effect]);
const entry = (address: string, port = '80'): string =>
  manifest(
    'ServiceEntry',
    'outside',
    `{hosts: [outside.example], addresses: ["${address}"], resolution: DNS, ports: [{number: ${port}, name: http, protocol: HTTP}]}`,
  );

it.each([`\${ADDRESS}`, `\${ADDRESS:=10.0.0.1}`])(
  'makes a note of a value in which %s is yet to be filled in',
  (variable) => {
    const effect = `not known: ${variable} is filled in before it is applied.`;
    expect(told(entry(variable))).toEqual([['MESH0174', 'info', 'spec.addresses[0]', effect]]);
    expect(told(entry('10.0.0.1', `"${variable}"`))).toContainEqual([
      'MESH0171',
      'info',
      'spec.ports[0].number',
      effect,
    ]);
  },
);

it.each(['$ADDRESS', `\${}`, '{ADDRESS}'])('takes %s for what is written', (address) => {
  expect(told(entry(address)).map(([code, severity]) => [code, severity])).toEqual([['MESH0174', 'error']]);
});
