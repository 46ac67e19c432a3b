import { durationNanos } from '../../model/duration.ts';
import { compiled } from '../schema/pattern.ts';
import type { Place } from './place.ts';

const millisecond = 1_000_000n;

/** Refuses a text that is no duration, where the definition takes any text. */
export function wantReadable(place: Place): void {
  if (place.isSet && durationNanos(place.text) === undefined)
    place.refuse(`is ${JSON.stringify(place.text)}, not a duration`, 'write a duration such as 1.5s or 1m30s.');
}

/** Refuses a duration that is set, below a millisecond or finer than that (`ValidateDuration`). */
export function wantDuration(place: Place): void {
  const length = durationNanos(place.text);
  if (!place.isSet || length === undefined) return;
  if (length < millisecond) place.refuse(`is ${place.text}, less than 1ms`, 'write a duration of at least 1ms.');
  else if (length % millisecond !== 0n)
    place.refuse(`is ${place.text}, finer than a millisecond`, 'write whole milliseconds.');
}

/** Refuses an expression that RE2 does not read, or one of more than 1024 bytes (`validateStringRegexp`). */
export function wantExpression(place: Place): void {
  const { text } = place;
  if (text === '') place.refuse('is empty', 'write an expression of RE2.');
  else if (bytesIn(text) > 1024) place.refuse('has more than 1024 bytes', 'shorten the expression.');
  else if (!isExpression(text))
    place.refuse(
      `is ${JSON.stringify(text)}, which is no expression of RE2`,
      'correct it; RE2 knows no lookaround and no back references.',
    );
}

/** Whether RE2 reads a text as an expression. */
export function isExpression(text: string): boolean {
  return compiled(text) !== undefined;
}

/** Refuses a number that is out of these bounds. */
export function wantWithin(place: Place, least: number, most: number): void {
  const { number } = place;
  if (number < least || number > most) place.refuse(`is ${number}`, `write a number from ${least} to ${most}.`);
}

/** Refuses numbers below 0 in these fields. */
export function wantNoneNegative(place: Place, ...names: readonly string[]): void {
  for (const name of names)
    if (place.at(name).number < 0) place.at(name).refuse(`is ${place.at(name).number}`, 'write 0 or more.');
}

/** The length of a text as istiod counts it. */
export function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The items of a list that an earlier one equals. */
export function repeated(items: readonly Place[], keyOf: (item: Place) => string | undefined): Place[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (key === undefined || !seen.has(key)) {
      if (key !== undefined) seen.add(key);
      return false;
    }
    return true;
  });
}
