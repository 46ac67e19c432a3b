/** Nothing else waits longer than this, a signal to stop among it, unless a single step takes longer. */
const sliceMs = 20;

/**
 * Runs long work step by step, and lets everything else have its turn in between: answers that come in, deadlines,
 * Ctrl-C.
 *
 * @throws the signal's reason, at the next turn after it was given
 */
export async function inSlices<T>(steps: Generator<unknown, T>, signal?: AbortSignal): Promise<T> {
  let started = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - started < sliceMs) continue;
    await turn(signal);
    started = performance.now();
  }
}

/** Lets everything that waits have its turn. @throws the signal's reason */
export async function turn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
