import { describe, expect, it } from 'vitest';
import { plainScalar, taggedScalar } from '../../../src/source/yaml/scalar.ts';

/** Read by sigs.k8s.io/yaml 1.6.0 (`YAMLToJSON`), which kubectl uses. */
const asGoReads: [string, unknown][] = [
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((it): [string, boolean] => [
    it,
    true,
  ]),
  ...['n', 'N', 'no', 'off', 'Off', 'false', 'FALSE'].map((it): [string, boolean] => [it, false]),
  ...['~', 'null', 'Null', 'NULL', ''].map((it): [string, null] => [it, null]),
  ['yEs', 'yEs'],
  ['tRue', 'tRue'],
  ['010', 8],
  ['-010', -8],
  ['0o10', 8],
  ['0x1F', 31],
  ['-0x1F', -31],
  ['0b101', 5],
  ['-0b1', -1],
  ['0_7', 7],
  ['0x_1F', 31],
  ['1_000', 1000],
  ['1__0', 10],
  ['_1', '_1'],
  ['080', 80],
  ['08', 8],
  ['0o8', '0o8'],
  ['0b2', '0b2'],
  ['0x', '0x'],
  ['00', 0],
  ['-0', 0],
  ['+1', 1],
  ['+1.5', 1.5],
  ['1e3', 1000],
  ['1e+5', 100000],
  ['1e1_0', 1e10],
  ['12e03', 12000],
  ['1e400', '1e400'],
  ['1e-400', 0],
  ['.5', 0.5],
  ['5.', 5],
  ['.1_', '.1_'],
  ['1.5_', 1.5],
  ['685_230.15', 685230.15],
  ['4e', '4e'],
  ['.', '.'],
  ['.e5', '.e5'],
  ['--1', '--1'],
  ['1.2.3', '1.2.3'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['1:30', '1:30'],
  ['2001-01-01', '2001-01-01'],
  ['18446744073709551616', 18446744073709552000],
  ['1234567890123456789012', 1.2345678901234568e21],
  ['=', '='],
  ['500ms', '500ms'],
];

describe('plainScalar', () => {
  it.each(asGoReads)('%s', (text, value) => {
    expect(plainScalar(text)).toBe(value);
  });

  it.each(['.inf', '-.Inf', '+.INF', '.nan', '.NaN'])('%s has no place in JSON', (text) => {
    expect(() => plainScalar(text)).toThrow('cannot be written as JSON');
  });
});

describe('taggedScalar', () => {
  it.each([
    ['!!str', 'yes', 'yes'],
    ['!!int', '3', 3],
    ['!!float', '3', 3],
    ['!!bool', 'yes', true],
    ['!!binary', 'aGk=', 'hi'],
    ['!foo', '12', '12'],
    ['!!timestamp', '2001-01-01', '2001-01-01'],
  ])('%s %s', (tag, text, value) => {
    expect(taggedScalar(tag, text)).toBe(value);
  });
});
