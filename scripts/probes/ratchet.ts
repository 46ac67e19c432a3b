import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** How many predictions of a recording ended how. */
export interface Figures {
  right: number;
  open: number;
  aside: number;
  wrong: number;
}

const file = 'test/explain/probes-ratchet.json';

/**
 * Holds figures against those that were reached before: of no recording may fewer be right, none may be wrong, and none
 * may be gone.
 *
 * @param options.update writes how many are right now
 * @returns whether all hold
 */
export function checkRatchet(
  now: Record<string, Record<string, Figures>>,
  options: { update: boolean; whole: boolean },
): boolean {
  const before: Record<string, Record<string, number>> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  let good = true;
  const complain = (words: string): void => {
    good = false;
    console.log(words);
  };
  for (const [recording, sums] of Object.entries(now))
    for (const [what, { right, wrong }] of Object.entries(sums)) {
      const then = before[recording]?.[what];
      if (wrong > 0) complain(`WRONG ${recording} ${what}: ${wrong}`);
      if (then !== undefined && right < then) complain(`WORSE ${recording} ${what}: ${right} right, was ${then}`);
    }
  if (options.whole) for (const recording of Object.keys(before)) if (!now[recording]) complain(`GONE ${recording}`);
  const right = (sums: Record<string, Figures>): Record<string, number> =>
    Object.fromEntries(Object.entries(sums).map(([what, it]) => [what, it.right]));
  const after = Object.fromEntries(Object.entries(now).map(([recording, sums]) => [recording, right(sums)]));
  if (options.update) writeFileSync(file, `${JSON.stringify({ ...before, ...after }, null, 2)}\n`);
  return good;
}
