import type { Answer } from '../../src/app/route/ask.ts';
import type { Hop } from '../../src/explain/index.ts';
import { hopsOf } from './aside.ts';
import type { Recording, SideName } from './recording.ts';

/**
 * Whether what a prediction rests on is what proxies have: they acknowledged all, and of a prediction from Git, that Git
 * says of listeners, virtual hosts and endpoints on the way what the API server's objects say.
 *
 * @param api the answer to the same request by the API server's objects
 */
export function inForce({ inSync }: Recording, side: SideName, answer: Answer, api: Answer | undefined): boolean {
  const hops = hopsOf(answer);
  if (side === 'dump') return true;
  if (!hops.every(({ proxy }) => inSync(proxy))) return false;
  if (side === 'api') return true;
  const others = api ? hopsOf(api) : [];
  return hops.length === others.length && hops.every((hop, index) => isSame(hop, others[index] as Hop));
}

function isSame(a: Hop, b: Hop): boolean {
  const clusters = (hop: Hop): string => JSON.stringify(hop.clusters);
  return (
    a.proxy === b.proxy &&
    canonical(a.listener) === canonical(b.listener) &&
    canonical(a.virtualHost) === canonical(b.virtualHost) &&
    clusters(a) === clusters(b) &&
    a.endpoints.length === b.endpoints.length &&
    a.endpoints.every((it, index) => canonical(it.message) === canonical(b.endpoints[index]?.message))
  );
}

const texts = new WeakMap<object, string>();

/** A message as text in which the order of keys does not show. */
function canonical(message: object | undefined): string {
  if (!message) return '';
  let text = texts.get(message);
  if (text === undefined) {
    text = JSON.stringify(message, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    texts.set(message, text);
  }
  return text;
}
