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

/**
 * Splits the text of a dump into the elements of `configs[].*[]` and parses each alone, so that a dump of any size needs
 * little more memory than its text.
 *
 * @throws DumpError for what is cut off, or is not `{"configs": [{...}, ...]}`
 */
export function splitDump(bytes: Buffer, parts: DumpParts): void {
  new Splitter(bytes, parts).run();
}

class Splitter {
  readonly #bytes: Buffer;
  readonly #parts: DumpParts;
  #at = 0;

  constructor(bytes: Buffer, parts: DumpParts) {
    this.#bytes = bytes;
    this.#parts = parts;
  }

  run(): void {
    let found = false;
    this.#object((key) => {
      if (key !== 'configs') return this.#skipValue();
      found = true;
      this.#array(() => this.#section());
    });
    if (!found) throw new DumpError('not a config_dump: it has no "configs" list');
    if (this.#peek() !== undefined)
      throw new DumpError(`not a config_dump: text goes on after it, at byte ${this.#at}`);
  }

  #section(): void {
    this.#parts.sectionStart();
    this.#object((key) => {
      if (this.#peek() !== openBracket) this.#parts.field(key, this.#value());
      else this.#array(() => this.#parts.element(key, this.#value()));
    });
    this.#parts.sectionEnd();
  }

  #object(entry: (key: string) => void): void {
    this.#expect(openBrace, 'an object');
    if (this.#take(closeBrace)) return;
    do {
      if (this.#peek() !== quote) throw this.#unexpected('a key');
      const key = String(this.#value());
      this.#expect(colon, '":"');
      entry(key);
    } while (this.#take(comma));
    this.#expect(closeBrace, '"}"');
  }

  #array(element: () => void): void {
    this.#expect(openBracket, 'a list');
    if (this.#take(closeBracket)) return;
    do element();
    while (this.#take(comma));
    this.#expect(closeBracket, '"]"');
  }

  #value(): unknown {
    this.#peek();
    const start = this.#at;
    this.#skipValue();
    try {
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
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at];
      if (byte === quote) {
        this.#skipString();
        continue;
      }
      this.#at++;
      if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return;
    }
    throw this.#cutOff();
  }

  #skipString(): void {
    let end = this.#at;
    for (;;) {
      end = this.#bytes.indexOf(quote, end + 1);
      if (end < 0) throw this.#cutOff();
      let escapes = 0;
      while (this.#bytes[end - 1 - escapes] === backslash) escapes++;
      if (escapes % 2 === 0) break;
    }
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

function isDelimiter(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket || byte === colon;
}
