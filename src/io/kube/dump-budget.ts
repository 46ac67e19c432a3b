const mebibyte = 1024 * 1024;

/** What one proxy takes of a budget. */
export interface Share {
  /**
   * Asks for more bytes before they are taken.
   *
   * @returns undefined where they may be taken at once, else what to wait for
   */
  more(bytes: number): Promise<void> | undefined;
  /** Gives all back: nothing of it is in memory any more. What still waits for it waits for good. */
  release(): void;
}

interface Held {
  bytes: number;
  wake?: (() => void) | undefined;
}

/**
 * Bounds the text of dumps that are read or worked at a time, and so the memory, of which each of their bytes takes a
 * multiple. Small answers pass; those that have grown beyond `free` share `most` bytes. The first of them always goes on,
 * whatever its size: so each has its turn, and two that hold a part each never wait for one another.
 */
export class DumpBudget {
  readonly #most: number;
  readonly #free: number;
  /** The big ones, in the order in which they became big. */
  readonly #big: Held[] = [];

  constructor({ most = 32 * mebibyte, free = 4 * mebibyte } = {}) {
    this.#most = most;
    this.#free = free;
  }

  /** A share for one proxy; it must be released, unless it never grew. */
  share(): Share {
    const held: Held = { bytes: 0 };
    return {
      more: (bytes) => {
        held.bytes += bytes;
        if (held.bytes <= this.#free) return undefined;
        if (!this.#big.includes(held)) this.#big.push(held);
        if (this.#fits(held)) return undefined;
        return new Promise((resolve) => {
          held.wake = resolve;
        });
      },
      release: () => {
        const index = this.#big.indexOf(held);
        held.wake = undefined;
        held.bytes = 0;
        if (index < 0) return;
        this.#big.splice(index, 1);
        for (const it of this.#big) this.#wakeIfFits(it);
      },
    };
  }

  #wakeIfFits(held: Held): void {
    const { wake } = held;
    if (!wake || !this.#fits(held)) return;
    held.wake = undefined;
    wake();
  }

  #fits(held: Held): boolean {
    return this.#big[0] === held || this.#big.reduce((sum, { bytes }) => sum + bytes, 0) <= this.#most;
  }
}

/** One for all clusters of a run: they share the memory of one process. */
export const dumpsInFlight = new DumpBudget();
