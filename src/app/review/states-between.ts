/** Up to so many objects every state in between is judged. */
const mostExhaustive = 5;

/**
 * The states of a rollout that are judged for hazards, as the keys that are applied: all of them of a few objects; of more
 * each object alone, and all but one. With `all` it is known that nothing was left out.
 */
export function statesBetween(keys: readonly string[]): { states: string[][]; all: boolean } {
  if (keys.length > mostExhaustive) {
    const alone = keys.map((key) => [key]);
    return { states: [...alone, ...keys.map((key) => keys.filter((it) => it !== key))], all: false };
  }
  const states: string[][] = [];
  for (let bits = 1; bits < 2 ** keys.length - 1; bits++) states.push(keys.filter((_, index) => bits & (1 << index)));
  return { states: states.sort((a, b) => a.length - b.length), all: true };
}
