import { expect, it } from 'vitest';
import { applies } from '../../../src/source/kustomize/patch.ts';

it.each<[pattern: string, name: string, meant: boolean]>([
  ['cart', 'cart', true],
  ['ca.*|db', 'cart', true],
  ['ca.*|db', 'my-db', false],
  ['ca', 'cart', false],
  ['[', 'cart', false],
  // An expression that JavaScript's own engine would try for years.
  ['(a+)+b', 'a'.repeat(60), false],
])('a patch for %s and an object %s', (pattern, name, meant) => {
  const object = { group: 'networking.istio.io', kind: 'VirtualService', names: [name] };
  expect(applies({ target: { name: pattern } } as unknown as Parameters<typeof applies>[0], object)).toBe(meant);
});
