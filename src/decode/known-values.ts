import { hash } from 'node:crypto';

interface Known {
  value: unknown;
  bytes: number;
}

/**
 * Parts of dumps by their text: replicas print most of their resources in the same bytes, which are parsed once, and give
 * one and the same value, which must not be changed. Those not met for longest are forgotten.
 */
export class KnownValues {
  readonly #values = new Map<string, Known>();
  readonly #most: number;
  #bytes = 0;

  /** @param most bytes of text whose values are kept; a value takes about three times as much */
  constructor(most = 8 * 1024 * 1024) {
    this.#most = most;
  }

  /** @throws SyntaxError where the text is not JSON */
  parse(text: Buffer): unknown {
    const key = hash('sha1', text, 'base64');
    const known = this.#values.get(key);
    const entry = known ?? { value: JSON.parse(text.toString('utf8')), bytes: text.length };
    // The one met last is the last to go.
    if (known) this.#values.delete(key);
    else this.#bytes += entry.bytes;
    this.#values.set(key, entry);
    for (const [oldest, { bytes }] of this.#values) {
      if (this.#bytes <= this.#most) break;
      this.#values.delete(oldest);
      this.#bytes -= bytes;
    }
    return entry.value;
  }
}
