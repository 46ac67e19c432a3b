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
 * @param options.update writes the figures as they are now
 * @returns whether all hold
 */
export function checkRatchet(
  now: Record<string, Record<string, Figures>>,
  options: { update: boolean; whole: boolean },
): boolean {
  const before: typeof now = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  let good = true;
  const complain = (words: string): void => {
    good = false;
    console.log(words);
  };
  for (const [recording, sums] of Object.entries(now))
    for (const [what, { right, wrong }] of Object.entries(sums)) {
      const then = before[recording]?.[what];
      if (wrong > 0) complain(`WRONG ${recording} ${what}: ${wrong}`);
      if (then && right < then.right) complain(`WORSE ${recording} ${what}: ${right} right, was ${then.right}`);
    }
  if (options.whole) for (const recording of Object.keys(before)) if (!now[recording]) complain(`GONE ${recording}`);
  if (options.update) writeFileSync(file, `${JSON.stringify({ ...before, ...now }, null, 1)}\n`);
  return good;
}
