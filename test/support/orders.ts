/** Every order of some keys. */
export function* orders(left: readonly string[], taken: readonly string[] = []): Generator<string[]> {
  if (left.length === 0) yield [...taken];
  for (const key of left)
    yield* orders(
      left.filter((it) => it !== key),
      [...taken, key],
    );
}
