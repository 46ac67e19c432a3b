import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { listeningDeadline, listeningTimer } from '../../../src/io/kube/listening-timer.ts';

/** Keeps the process from listening. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

it('fires after its time, once', async () => {
  const fired = vi.fn();
  const started = performance.now();
  listeningTimer(250, fired);
  await expect.poll(() => fired.mock.calls.length, { timeout: 10_000 }).toBe(1);
  expect(performance.now() - started).toBeGreaterThanOrEqual(245);
  await sleep(300);
  expect(fired).toHaveBeenCalledOnce();
});

it('counts no time in which the process was too busy to listen', async () => {
  const fired = vi.fn();
  const timer = listeningTimer(2000, fired);
  for (let turn = 0; turn < 3; turn++) {
    work(1000);
    await sleep(0);
  }
  expect(fired).not.toHaveBeenCalled();
  timer.clear();
});

it('begins anew when it is refreshed, and never fires once it is cleared', async () => {
  const fired = vi.fn();
  const timer = listeningTimer(400, fired);
  for (let turn = 0; turn < 6; turn++) {
    await sleep(100);
    timer.refresh();
  }
  expect(fired).not.toHaveBeenCalled();
  timer.clear();
  await sleep(600);
  expect(fired).not.toHaveBeenCalled();
});

it('gives a signal that says that time is over', async () => {
  const { signal } = listeningDeadline(50);
  await expect.poll(() => signal.aborted, { timeout: 10_000 }).toBe(true);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('counts no time while it is paused, and does not come back once it is cleared', async () => {
  const fired = vi.fn();
  const timer = listeningTimer(300, fired);
  timer.pause();
  await sleep(800);
  expect(fired).not.toHaveBeenCalled();
  timer.resume();
  await expect.poll(() => fired.mock.calls.length, { timeout: 10_000 }).toBe(1);
  const cleared = vi.fn();
  const other = listeningTimer(50, cleared);
  other.pause();
  other.clear();
  other.resume();
  await sleep(300);
  expect(cleared).not.toHaveBeenCalled();
});
