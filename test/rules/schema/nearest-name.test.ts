import { expect, it } from 'vitest';
import { nearestName } from '../../../src/rules/schema/nearest-name.ts';

it.each<[word: string, names: string[], nearest: string | undefined]>([
  ['timout', ['retries', 'timeout'], 'timeout'],
  ['TIMEOUT', ['timeout'], 'timeout'],
  // Two letters that changed places count once, and three letters may differ in one.
  ['hsots', ['hosts', 'shots', 'posts'], 'hosts'],
  ['ab', ['ba'], 'ba'],
  ['abc', ['cba'], undefined],
  ['abc', ['axc', 'abc'], 'abc'],
  ['abcdef', ['badcef'], 'badcef'],
  ['abcdef', ['badcfe'], undefined],
  ['route', ['router', 'routes'], 'router'],
  ['rout', ['mirror'], undefined],
  ['a', ['b', 'ab'], 'b'],
  ['a', [], undefined],
  ['a'.repeat(2_000_000), ['timeout', 'hosts'], undefined],
])('%.20s of %j means %s', (word, names, nearest) => {
  expect(nearestName(word, names)).toBe(nearest);
});
