import { expect, it } from 'vitest';
import { parseLabelSelector } from '../../src/io/label-selector.ts';

const labels = { app: 'web', tier: 'front', 'app.kubernetes.io/name': 'web' };

it.each<[selector: string, matches: boolean]>([
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app=cart', false],
  ['app!=cart', true],
  ['absent!=cart', true],
  ['app in (web, cart),tier=front', true],
  ['app in (cart)', false],
  ['app notin (cart,ledger)', true],
  ['absent notin (cart)', true],
  ['app', true],
  ['absent', false],
  ['!absent', true],
  ['! app', false],
  ['app.kubernetes.io/name=web,!absent', true],
  ['absent=', false],
])('%s matches: %s', (selector, matches) => {
  expect(parseLabelSelector(selector)?.(labels)).toBe(matches);
});

it.each(['', 'app=web,', 'app=a b', 'app in web', '=web', 'app in (web', 'a=b=c'])(
  '"%s" is no selector',
  (selector) => {
    expect(parseLabelSelector(selector)).toBeUndefined();
  },
);
