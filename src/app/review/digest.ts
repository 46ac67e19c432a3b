import { createHash } from 'node:crypto';

/** A short text that stands for a value: equal for values that are equal as JSON. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
