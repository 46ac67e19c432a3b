import type { Connection } from './connection.ts';

/**
 * Milliseconds to wait before the next try: they double with each one, and vary by chance, so that the requests that a
 * server refused together do not come again together.
 *
 * @param tries made so far
 * @param askedMs what the server asks to wait (Retry-After): never less than that
 * @param mostMs longest pause where the server asks for none
 */
export function pauseMs(
  { backoffMs, random }: Pick<Connection, 'backoffMs' | 'random'>,
  tries: number,
  askedMs?: number,
  mostMs = Number.POSITIVE_INFINITY,
): number {
  const grown = Math.min(backoffMs * 2 ** (tries - 1), mostMs);
  return askedMs === undefined ? (grown * (1 + random())) / 2 : askedMs + grown * random();
}
