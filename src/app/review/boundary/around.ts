import type { Message } from '../../../model/envoy.ts';
import { conditionsOf } from './conditions.ts';
import type { Parts } from './request.ts';
import { valueFor } from './values.ts';

/** A request that a match takes, as far as one is found. */
export function requestOn(match: Message): Parts {
  return new Map([...conditionsOf(match)].map(([part, own]) => [part, valueFor(part, own)?.value]));
}

/** On a match, and beside it in one part at a time; its path without what else it asks for. */
export function* requestsAround(match: Message): Generator<Parts> {
  const on = requestOn(match);
  for (const [part, own] of conditionsOf(match)) {
    for (const value of own.flatMap(({ candidates }) => candidates)) yield new Map(on).set(part, value);
    if (part !== 'path') yield new Map(on).set(part, undefined);
  }
  yield new Map([['path', on.get('path')]]);
}
