import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ResourceType } from '../../src/model/envoy.ts';
import { type ProxyResult, resourceTypes } from './measure.ts';
import { figuresByType } from './totals.ts';

const file = 'test/conformance/ratchet.json';

/** Per recording and type: leaves that nothing explains, and the share of leaves not compared. */
type Ratchet = Record<string, Partial<Record<ResourceType, { unexplained: number; notComparedShare: number }>>>;

/**
 * Holds the figures against those that were reached before: none may get worse.
 *
 * @param options.update writes the figures that got better (worse ones only where they are new)
 * @param options.reset writes them as they are: for a change that is meant to make one worse
 * @returns whether all hold
 */
export function checkRatchet(
  results: readonly ProxyResult[],
  options: { update: boolean; reset: boolean; whole: boolean },
): boolean {
  const before: Ratchet = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const after: Ratchet = structuredClone(before);
  let good = true;
  const inSync = results.filter(({ sync }) => sync === 'synced');
  for (const [recording, group] of Map.groupBy(inSync, (result) => result.recording)) {
    const sums = figuresByType(group);
    for (const type of resourceTypes) {
      const { leaves, notCompared, unexplained } = sums[type];
      const now = { unexplained, notComparedShare: leaves === 0 ? 0 : Number((notCompared / leaves).toFixed(5)) };
      const then = before[recording]?.[type];
      after[recording] ??= {};
      for (const figure of ['unexplained', 'notComparedShare'] as const)
        if (then && now[figure] > then[figure]) {
          good = false;
          console.log(`WORSE ${recording} ${type}: ${figure} ${now[figure]}, was ${then[figure]}`);
        }
      after[recording][type] =
        then && !options.reset
          ? {
              unexplained: Math.min(now.unexplained, then.unexplained),
              notComparedShare: Math.min(now.notComparedShare, then.notComparedShare),
            }
          : now;
    }
  }
  const measured = new Set(results.map(({ recording }) => recording));
  if (options.whole)
    for (const recording of Object.keys(before))
      if (!measured.has(recording)) {
        good = false;
        console.log(`GONE ${recording}: it was measured before`);
      }
  if (options.update || options.reset) writeFileSync(file, `${JSON.stringify(after, null, 1)}\n`);
  return good;
}
