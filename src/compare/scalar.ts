import type { Field } from '../model/envoy-api/index.ts';

/**
 * Whether two leaves of proto3 JSON mean the same value: durations by length, 64-bit integers as string or number,
 * floats after rounding to 32 bits (Envoy stores many fields so and prints the nearest short decimal), enums by number.
 *
 * @param field the type, where it is known
 */
export function sameScalar(a: unknown, b: unknown, field?: Field): boolean {
  if (a === b) return true;
  if (field?.kind === 'e') return enumNumber(a, field) === enumNumber(b, field);
  if (typeof a === 'number' && typeof b === 'number') return sameFloat(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    const left = duration(a);
    return left !== undefined && left === duration(b);
  }
  if (typeof a === 'number' && typeof b === 'string') return sameInteger(a, b);
  if (typeof a === 'string' && typeof b === 'number') return sameInteger(b, a);
  return false;
}

function sameFloat(a: number, b: number): boolean {
  return !(Number.isInteger(a) && Number.isInteger(b)) && Math.fround(a) === Math.fround(b);
}

function sameInteger(value: number, text: string): boolean {
  return Number.isSafeInteger(value) && text === String(value);
}

/** Nanoseconds of a `google.protobuf.Duration` as proto3 JSON writes it (`1.5s`), or undefined for any other text. */
function duration(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (!match) return undefined;
  const nanos = BigInt(match[2] as string) * 1_000_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -nanos : nanos;
}

/** An enum's number; a name that is not known stands for itself. */
function enumNumber(value: unknown, field: Field): unknown {
  return typeof value === 'string' ? (field.values?.[value] ?? value) : value;
}
