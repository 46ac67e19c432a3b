import type { KnownValues } from './known-values.ts';
import { DumpError } from './types.ts';

/** Receives the parts of a dump in the order of the text. */
export interface DumpParts {
  /** A section of `configs` begins. */
  sectionStart(): void;
  /** An element of a list inside the section. */
  element(field: string, value: unknown): void;
  /** Any other field of the section. */
  field(field: string, value: unknown): void;
  sectionEnd(): void;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Shorter values are parsed each time. */
const sharedBytes = 64;

/**
 * Splits the text of a dump into the elements of `configs[].*[]` and parses each alone, so that a dump of any size needs
 * little more memory than its text.
 *
 * @throws DumpError for what is cut off, or is not `{"configs": [{...}, ...]}`
 */
export function splitDump(bytes: Buffer, parts: DumpParts): void {
  for (const _ of splitDumpInSteps(bytes, parts));
}

/**
 * The same, from one element to the next: whoever takes the steps may pause between them, and must take them all.
 *
 * @param known gives the values inside elements that other dumps have, too
 * @throws DumpError for what is cut off, or is not `{"configs": [{...}, ...]}`
 */
export function splitDumpInSteps(bytes: Buffer, parts: DumpParts, known?: KnownValues): Generator<undefined, void> {
  return new Splitter(bytes, parts, known).run();
}

class Splitter {
  readonly #bytes: Buffer;
  readonly #parts: DumpParts;
  readonly #known: KnownValues | undefined;
  #at = 0;

  constructor(bytes: Buffer, parts: DumpParts, known: KnownValues | undefined) {
    this.#bytes = bytes;
    this.#parts = parts;
    this.#known = known;
  }

  *run(): Generator<undefined, void> {
    let found = false;
    for (const key of this.#keys()) {
      if (key !== 'configs') this.#skipValue();
      else for (const _ of this.#items()) yield* this.#section();
      found ||= key === 'configs';
    }
    if (!found) throw new DumpError('not a config_dump: it has no "configs" list');
    if (this.#peek() !== undefined)
      throw new DumpError(`not a config_dump: text goes on after it, at byte ${this.#at}`);
  }

  *#section(): Generator<undefined, void> {
    this.#parts.sectionStart();
    for (const key of this.#keys()) {
      if (this.#peek() !== openBracket) this.#parts.field(key, this.#value());
      else
        for (const _ of this.#items()) {
          this.#parts.element(key, this.#element());
          yield;
        }
    }
    this.#parts.sectionEnd();
  }

  /** An element's own fields tell versions and times; what stands in them (in `active_state` too) is often known. */
  #element(): unknown {
    if (!this.#known || this.#peek() !== openBrace) return this.#value();
    const element: Record<string, unknown> = {};
    for (const key of this.#keys()) element[key] = key.endsWith('_state') ? this.#element() : this.#value(this.#known);
    return element;
  }

  /** The keys of the object that begins here; whoever takes one reads its value before the next. */
  *#keys(): Generator<string, void> {
    this.#expect(openBrace, 'an object');
    if (this.#take(closeBrace)) return;
    do {
      if (this.#peek() !== quote) throw this.#unexpected('a key');
      const key = String(this.#value());
      this.#expect(colon, '":"');
      yield key;
    } while (this.#take(comma));
    this.#expect(closeBrace, '"}"');
  }

  /** One step for each item of the list that begins here. */
  *#items(): Generator<undefined, void> {
    this.#expect(openBracket, 'a list');
    if (this.#take(closeBracket)) return;
    do yield;
    while (this.#take(comma));
    this.#expect(closeBracket, '"]"');
  }

  #value(known?: KnownValues): unknown {
    this.#peek();
    const start = this.#at;
    this.#skipValue();
    try {
      if (known && this.#at - start >= sharedBytes) return known.parse(this.#bytes.subarray(start, this.#at));
      return JSON.parse(this.#bytes.toString('utf8', start, this.#at));
    } catch (error) {
      throw new DumpError(`not JSON between byte ${start} and ${this.#at}: ${(error as Error).message}`);
    }
  }

  /** Goes behind the value that begins here: to the bracket that closes it, the end of a string, or of a bare word. */
  #skipValue(): void {
    const bytes = this.#bytes;
    const first = this.#peek();
    if (first === quote) return this.#skipString();
    if (first !== openBrace && first !== openBracket) {
      const start = this.#at;
      while (this.#at < bytes.length && !isDelimiter(bytes[this.#at] as number)) this.#at++;
      if (this.#at === start) throw this.#unexpected('a value');
      return;
    }
    let depth = 0;
    // Each byte of a dump passes here: no call for each of its short strings.
    for (let at = this.#at; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === quote) at = endOfString(bytes, at);
      else if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        this.#at = at + 1;
        return;
      }
    }
    throw this.#cutOff();
  }

  #skipString(): void {
    const end = endOfString(this.#bytes, this.#at);
    if (end >= this.#bytes.length) throw this.#cutOff();
    this.#at = end + 1;
  }

  /** The next byte that is no white space, or undefined at the end. */
  #peek(): number | undefined {
    while (this.#at < this.#bytes.length && (this.#bytes[this.#at] as number) <= 0x20) this.#at++;
    return this.#bytes[this.#at];
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number, what: string): void {
    if (!this.#take(byte)) throw this.#unexpected(what);
  }

  #unexpected(what: string): DumpError {
    if (this.#peek() === undefined) return this.#cutOff();
    return new DumpError(`not a config_dump: ${what} is expected at byte ${this.#at}`);
  }

  #cutOff(): DumpError {
    return new DumpError(`cut off after ${this.#bytes.length} bytes`);
  }
}

/** The quote that ends the string whose first quote stands at `start`; where none does, what lies behind the text. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === backslash) at++;
    else if (byte === quote) return at;
  }
  return at;
}

function isDelimiter(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket || byte === colon;
}
