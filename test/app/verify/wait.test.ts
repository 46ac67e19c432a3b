import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../src/app/verify/evaluate.ts';
import { waitFor } from '../../../src/app/verify/wait.ts';
import type { Arrival, VerifiedProxy } from '../../../src/model/verify.ts';
import { progressLine } from '../../../src/report/verify.ts';

const proxy = (id: string, arrival: Arrival): VerifiedProxy => ({
  id,
  type: 'sidecar',
  workload: id,
  arrival,
  state: 'stale',
  reason: arrival,
  lacking: [],
});

/** Waits over looks that give these arrivals, or fail; a look takes a second. */
async function waitOver(looks: (Record<string, Arrival> | Error)[], timeoutMs = 10_000, wait = true) {
  let now = 0;
  let index = 0;
  const lines: string[] = [];
  const bar: string[] = [];
  const asked: string[][] = [];
  const look = async (arrived: ReadonlyMap<string, VerifiedProxy>): Promise<Evaluation> => {
    now += 1000;
    asked.push([...arrived.keys()]);
    const given = looks[Math.min(index++, looks.length - 1)]!;
    if (given instanceof Error) throw given;
    return {
      proxies: Object.entries(given).map(([id, arrival]) => proxy(id, arrival)),
      untouched: 0,
      notes: [],
      unread: [],
    };
  };
  const outcome = await waitFor(look, {
    wait,
    timeoutMs,
    pollMs: 1000,
    clock: () => now,
    sleep: async (ms) => void (now += ms),
    onChange: ({ id, arrival }, before) => lines.push(`${id} ${before?.arrival ?? '-'} > ${arrival}`),
    onFailure: ({ message }) => lines.push(message),
    onLook: (proxies) => bar.push(progressLine(proxies)),
  }).catch((error: Error) => error);
  const left = outcome instanceof Error ? outcome.message : outcome.proxies.map((it) => it.arrival);
  return { left, lines, bar, looks: index, asked, now };
}

describe('waiting', () => {
  it('ends with the last arrival, reads what has arrived no more, and tells each change once', async () => {
    const outcome = await waitOver([
      { a: 'lag', b: 'arrived' },
      { a: 'lag', b: 'arrived' },
      { a: 'arrived', b: 'arrived' },
    ]);
    expect(outcome.left).toEqual(['arrived', 'arrived']);
    expect(outcome.lines).toEqual(['a - > lag', 'b - > arrived', 'a lag > arrived']);
    expect(outcome.asked).toEqual([[], ['b'], ['b']]);
    expect(outcome.bar).toEqual([
      '1 of 2 proxies hold it; 1 lag',
      '1 of 2 proxies hold it; 1 lag',
      '2 of 2 proxies hold it',
    ]);
  });

  it('ends where the time is up, and where nothing but rejections is left', async () => {
    const late = await waitOver([{ a: 'lag' }], 5000);
    expect([late.left, late.looks]).toEqual([['lag'], 3]);
    expect(late.now).toBeLessThanOrEqual(5000);
    expect(
      (
        await waitOver([
          { a: 'rejected', b: 'lag' },
          { a: 'rejected', b: 'arrived' },
        ])
      ).looks,
    ).toBe(2);
    expect((await waitOver([{ a: 'unreachable' }, { a: 'arrived' }])).left).toEqual(['arrived']);
    expect((await waitOver([{ a: 'lag' }], 5000, false)).looks).toBe(1);
  });

  it('goes on after a look that failed, unless it is the first or the time is up', async () => {
    const away = new Error('away');
    const outcome = await waitOver([{ a: 'lag' }, away, { a: 'arrived' }]);
    expect(outcome.left).toEqual(['arrived']);
    expect(outcome.lines).toEqual(['a - > lag', 'away', 'a lag > arrived']);
    expect(await waitOver([away, { a: 'arrived' }])).toMatchObject({ left: 'away', looks: 1 });
    expect((await waitOver([{ a: 'lag' }, away], 5000)).left).toBe('away');
  });

  it('forgets a proxy that is gone', async () => {
    const outcome = await waitOver([{ a: 'lag', b: 'lag' }, { a: 'arrived' }]);
    expect(outcome.left).toEqual(['arrived']);
  });
});
