/**
 * A value of which the inputs leave more than one: which one a proxy holds depends on when it was told, or on what it
 * found itself. The comparison takes any of them; to everything else it is the first, the usual one.
 */
export class OneOf {
  readonly values: readonly unknown[];

  /** @param values the usual value first; undefined stands for an absent field */
  constructor(...values: unknown[]) {
    this.values = values;
  }

  /** In JSON output it is the usual value. */
  toJSON(): unknown {
    return inFull ? { $oneOf: this.values.map((value) => value ?? null) } : this.values[0];
  }
}

let inFull = false;

/** JSON that shows of each `OneOf` all values: two texts are equal for equal values only. */
export function fullText(value: object): string {
  inFull = true;
  try {
    return JSON.stringify(value);
  } finally {
    inFull = false;
  }
}
