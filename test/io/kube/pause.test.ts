import { expect, it } from 'vitest';
import { pauseMs } from '../../../src/io/kube/pause.ts';

/** Pauses before each try, with chance always giving the same. */
const pauses = (chance: number, askedMs?: number, mostMs?: number) =>
  [1, 2, 3, 4].map((tries) => pauseMs({ backoffMs: 100, random: () => chance }, tries, askedMs, mostMs));

it('doubles, and varies by chance between half of that and all', () => {
  expect(pauses(0)).toEqual([50, 100, 200, 400]);
  expect(pauses(0.5)).toEqual([75, 150, 300, 600]);
  expect(pauses(1)).toEqual([100, 200, 400, 800]);
});

it('grows to the longest that is wanted', () => {
  expect(pauses(1, undefined, 250)).toEqual([100, 200, 250, 250]);
  expect(pauses(0, undefined, 250)).toEqual([50, 100, 125, 125]);
});

it('is never shorter than the server asks for, and spreads those that were asked alike', () => {
  expect(pauses(0, 1000)).toEqual([1000, 1000, 1000, 1000]);
  expect(pauses(0.5, 1000)).toEqual([1050, 1100, 1200, 1400]);
  expect(pauses(0.5, 0)).toEqual([50, 100, 200, 400]);
});
