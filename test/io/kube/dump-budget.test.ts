import { expect, it } from 'vitest';
import { DumpBudget, type Share } from '../../../src/io/kube/dump-budget.ts';

/** Takes bytes; says whether they were given by now. */
function take(share: Share, bytes: number): { given: boolean } {
  const outcome = { given: false };
  const wait = share.more(bytes);
  if (wait) void wait.then(() => (outcome.given = true));
  else outcome.given = true;
  return outcome;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('lets any number of small dumps pass', () => {
  const budget = new DumpBudget({ most: 10, free: 4 });
  const given = Array.from({ length: 100 }, () => take(budget.share(), 4).given);
  expect(given.every(Boolean)).toBe(true);
});

it('lets one pass that is larger than all of it, others after it', async () => {
  const budget = new DumpBudget({ most: 10, free: 4 });
  const [first, second] = [budget.share(), budget.share()];
  expect([take(first, 8).given, take(first, 800).given]).toEqual([true, true]);
  const waiting = take(second, 5);
  await turn();
  expect(waiting.given).toBe(false);
  first.release();
  await turn();
  expect(waiting.given).toBe(true);
});

it('lets large ones go side by side as long as they fit', () => {
  const budget = new DumpBudget({ most: 10, free: 2 });
  const [first, second, third] = [budget.share(), budget.share(), budget.share()];
  expect([first, second, third].map((share) => take(share, 5).given)).toEqual([true, true, false]);
});

it('never lets those that have a part each wait for one another', async () => {
  const budget = new DumpBudget({ most: 10, free: 2 });
  const shares = Array.from({ length: 5 }, () => budget.share());
  const waits = shares.map((share) => take(share, 4));
  for (const [index, share] of shares.entries()) {
    await turn();
    expect(waits[index]?.given).toBe(true);
    // The one whose turn it is grows as far as it likes.
    expect(take(share, 30).given).toBe(true);
    share.release();
  }
});

it('gives back what one that is stopped while it waits had', async () => {
  const budget = new DumpBudget({ most: 10, free: 2 });
  const [first, stopped, last] = [budget.share(), budget.share(), budget.share()];
  take(first, 5);
  const never = take(stopped, 20);
  const waiting = take(last, 5);
  await turn();
  expect([never.given, waiting.given]).toEqual([false, false]);
  stopped.release();
  await turn();
  expect([never.given, waiting.given]).toEqual([false, true]);
});
