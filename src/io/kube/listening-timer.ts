/** How often it is looked whether the time is over. */
const stepMs = 100;

/** Runs until it is cleared, or its time is over. */
export interface ListeningTimer {
  /** Begins anew. */
  refresh(): void;
  clear(): void;
  /** Time does not count until `resume`: it is we who do not listen. */
  pause(): void;
  resume(): void;
}

/**
 * A timer for somebody else's silence. Time in which this process was too busy to listen does not count: an answer that
 * waits in a socket meanwhile is not late. It keeps no process running.
 *
 * @param onElapsed called once
 */
export function listeningTimer(ms: number, onElapsed: () => void): ListeningTimer {
  let left = ms;
  let last = performance.now();
  let timer: NodeJS.Timeout;
  let state: 'running' | 'paused' | 'cleared' = 'running';
  const wait = (): void => {
    timer = setTimeout(look, Math.min(left, stepMs)).unref();
  };
  const look = (): void => {
    const now = performance.now();
    left -= Math.min(now - last, 2 * stepMs);
    last = now;
    // Less than a millisecond is what timers are off by.
    if (left < 1) onElapsed();
    else wait();
  };
  wait();
  return {
    refresh() {
      left = ms;
    },
    clear() {
      state = 'cleared';
      clearTimeout(timer);
    },
    pause() {
      if (state !== 'running') return;
      state = 'paused';
      clearTimeout(timer);
    },
    resume() {
      if (state !== 'paused') return;
      state = 'running';
      last = performance.now();
      wait();
    },
  };
}

/** A signal that fires with a `TimeoutError` after so long a silence; whoever has the answer clears its timer. */
export function listeningDeadline(ms: number): { signal: AbortSignal; timer: ListeningTimer } {
  const controller = new AbortController();
  const timer = listeningTimer(ms, () => controller.abort(new DOMException(`no answer in ${ms} ms`, 'TimeoutError')));
  return { signal: controller.signal, timer };
}
