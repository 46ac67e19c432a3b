import { expect, it, vi } from 'vitest';
import { KeptConfigs } from '../../../src/compile/equal-proxies/kept.ts';

/** A configuration of so many resources. */
const sized = (size: number) => ({
  config: {
    clusters: Array.from({ length: size }, (_, at) => ({ name: `${at}` })),
    endpoints: [],
    listeners: [],
    routes: [],
  },
});

/** Asks for each in turn; says which were made. */
function made(kept: KeptConfigs<ReturnType<typeof sized>>, keys: string, size: number): string {
  let all = '';
  for (const key of keys)
    kept.get(key, () => {
      all += key;
      return sized(size);
    });
  return all;
}

it('makes each once as long as all find room', () => {
  expect(made(new KeptConfigs({ most: 3, mostResources: 100 }), 'abcabc', 5)).toBe('abc');
});

it('drops the one that was not used for longest', () => {
  expect(made(new KeptConfigs({ most: 2, mostResources: 100 }), 'abacab', 5)).toBe('abcb');
});

it('keeps fewer of large ones, and at least the last', () => {
  expect(made(new KeptConfigs({ most: 16, mostResources: 100 }), 'abab', 40)).toBe('ab');
  expect(made(new KeptConfigs({ most: 16, mostResources: 100 }), 'aabbab', 60)).toBe('abab');
  const kept = new KeptConfigs<ReturnType<typeof sized>>({ most: 16, mostResources: 100 });
  const make = vi.fn(() => sized(1000));
  for (let turn = 0; turn < 3; turn++) kept.get('huge', make);
  expect(make).toHaveBeenCalledOnce();
});
