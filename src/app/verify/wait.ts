import type { VerifiedProxy } from '../../model/verify.ts';
import type { Evaluation } from './evaluate.ts';

/** What one look gave: how far the change has come, or why it could not be seen. */
type Look = Evaluation | Error;

export interface WaitOptions {
  /** Whether there is anything to wait for. */
  wait: boolean;
  timeoutMs: number;
  pollMs: number;
  /** Milliseconds that only grow. */
  clock(): number;
  sleep(ms: number): Promise<void>;
  /** Told each proxy whose arrival or state is another than before; `before` is undefined at the first look. */
  onChange?: (proxy: VerifiedProxy, before: VerifiedProxy | undefined) => void;
  /** Told how all stand after each look. */
  onLook?: (proxies: readonly VerifiedProxy[]) => void;
  /** Told of a look that failed and is tried again. */
  onFailure?: (error: Error) => void;
}

/**
 * Looks until the change has arrived, nothing but rejections is left (which no waiting mends), or the time is up. A look
 * that fails after a first one that did not is tried again: an API server may be away for a moment.
 *
 * @param look evaluates once; proxies that have arrived are given to it and not read again
 * @throws what the first look throws, or the last one where the time is up
 */
export async function waitFor(
  look: (arrived: ReadonlyMap<string, VerifiedProxy>) => Promise<Evaluation>,
  options: WaitOptions,
): Promise<Evaluation> {
  const started = options.clock();
  const last = new Map<string, VerifiedProxy>();
  let seen = false;
  for (;;) {
    const arrived = new Map([...last].filter(([, proxy]) => proxy.arrival === 'arrived'));
    const outcome = await look(arrived).catch((error: Error): Look => error);
    const late = options.clock() - started + options.pollMs > options.timeoutMs;
    if (outcome instanceof Error) {
      if (!seen || !options.wait || late) throw outcome;
      options.onFailure?.(outcome);
    } else {
      seen = true;
      tell(outcome.proxies, last, options);
      options.onLook?.(outcome.proxies);
      if (!options.wait || late || isOver(outcome)) return outcome;
    }
    await options.sleep(options.pollMs);
  }
}

/** All has arrived, or what has not never will. */
function isOver({ proxies, unread }: Evaluation): boolean {
  const left = proxies.filter((proxy) => proxy.arrival !== 'arrived');
  if (left.length === 0) return unread.length === 0;
  return left.every((proxy) => proxy.arrival === 'rejected');
}

function tell(proxies: readonly VerifiedProxy[], last: Map<string, VerifiedProxy>, { onChange }: WaitOptions): void {
  for (const proxy of proxies) {
    const before = last.get(proxy.id);
    if (before?.arrival !== proxy.arrival || before.reason !== proxy.reason) onChange?.(proxy, before);
    last.set(proxy.id, proxy);
  }
  // A pod that is gone is no longer waited for.
  const ids = new Set(proxies.map((proxy) => proxy.id));
  for (const id of last.keys()) if (!ids.has(id)) last.delete(id);
}
