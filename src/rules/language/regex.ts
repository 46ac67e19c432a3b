import type { Automaton } from './automaton.ts';
import { complement, type Ranges } from './intervals.ts';

/** Thrown for what this reader does not know: nothing is then proven about the expression. */
export class UnknownSyntax extends Error {}

/** More copies than that of one part are not unrolled. */
const mostCopies = 64;

const classes: Record<string, Ranges> = {
  d: [[0x30, 0x39]],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  s: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
};

/**
 * Adds a regular expression of RE2's syntax to an automaton, matched as a whole as Envoy does.
 *
 * @returns the state behind it
 * @throws UnknownSyntax for flags, word boundaries, back references, Unicode classes, characters beyond 16 bits
 */
export function addRegex(automaton: Automaton, from: number, text: string, all: Ranges): number {
  // A step takes one UTF-16 unit, and these have two.
  if (/[\ud800-\udfff]/.test(text)) throw new UnknownSyntax(text);
  const reader = new Reader(automaton, text.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''), all);
  const end = reader.alternatives(from);
  if (!reader.done) throw new UnknownSyntax(text);
  return end;
}

class Reader {
  readonly #automaton: Automaton;
  readonly #text: string;
  readonly #all: Ranges;
  #at = 0;

  constructor(automaton: Automaton, text: string, all: Ranges) {
    this.#automaton = automaton;
    this.#text = text;
    this.#all = all;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  alternatives(from: number): number {
    const end = this.#automaton.state();
    for (;;) {
      const start = this.#automaton.state();
      this.#automaton.join(from, start);
      this.#automaton.join(this.#sequence(start), end);
      if (this.#text[this.#at] !== '|') return end;
      this.#at += 1;
    }
  }

  #sequence(from: number): number {
    let end = from;
    while (!this.done && !'|)'.includes(this.#text[this.#at] as string)) end = this.#repeated(end);
    return end;
  }

  #repeated(from: number): number {
    const start = this.#at;
    // Read once to know how far it goes, and again for each copy.
    this.#atom(this.#automaton.state());
    const after = this.#at;
    const [least, most] = this.#quantifier();
    const rest = this.#at;
    const copy = (at: number): number => {
      this.#at = start;
      const end = this.#atom(at);
      this.#at = after;
      return end;
    };
    let end = from;
    for (let count = 0; count < least; count++) end = copy(end);
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#automaton.state();
      this.#automaton.join(end, loop);
      this.#automaton.join(copy(loop), loop);
      end = loop;
    } else {
      const exit = this.#automaton.state();
      for (let count = least; count < most; count++) {
        this.#automaton.join(end, exit);
        end = copy(end);
      }
      this.#automaton.join(end, exit);
      end = exit;
    }
    this.#at = rest;
    return end;
  }

  #quantifier(): [least: number, most: number] {
    const bounds = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#text.slice(this.#at));
    if (!bounds) return [1, 1];
    this.#at += bounds[0].length;
    if (/^[*+?{]/.test(this.#text.slice(this.#at))) throw new UnknownSyntax(this.#text);
    const [, sign, least, comma, most] = bounds;
    if (sign === '*') return [0, Number.POSITIVE_INFINITY];
    if (sign === '+') return [1, Number.POSITIVE_INFINITY];
    if (sign === '?') return [0, 1];
    const low = Number(least);
    const high = comma === '' ? low : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    if (Math.max(low, Number.isFinite(high) ? high : 0) > mostCopies) throw new UnknownSyntax(this.#text);
    return [low, high];
  }

  #atom(from: number): number {
    const char = this.#text[this.#at] as string;
    this.#at += 1;
    if (char === '(') return this.#group(from);
    if ('*+?{^$'.includes(char)) throw new UnknownSyntax(this.#text);
    const to = this.#automaton.state();
    this.#automaton.step(from, this.#set(char), to);
    return to;
  }

  #group(from: number): number {
    const head = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#at));
    if (head) this.#at += head[0].length;
    else if (this.#text[this.#at] === '?') throw new UnknownSyntax(this.#text);
    const end = this.alternatives(from);
    if (this.#text[this.#at] !== ')') throw new UnknownSyntax(this.#text);
    this.#at += 1;
    return end;
  }

  #set(char: string): Ranges {
    if (char === '.') return this.#all;
    if (char === '[') return this.#bracket();
    if (char === '\\') return this.#escape();
    return point(char);
  }

  #escape(): Ranges {
    const char = this.#text[this.#at] ?? '';
    this.#at += 1;
    const known = classes[char.toLowerCase()];
    if (known && /[dws]/i.test(char)) return char === char.toLowerCase() ? known : complement(known, this.#all);
    if (char === '' || /[A-Za-z0-9]/.test(char)) throw new UnknownSyntax(this.#text);
    return point(char);
  }

  #bracket(): Ranges {
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at += 1;
    const ranges: [number, number][] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      if (this.done || this.#text.startsWith('[:', this.#at)) throw new UnknownSyntax(this.#text);
      const members = this.#member();
      const from = pointOf(members);
      if (from === undefined || this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') {
        ranges.push(...members.map(([a, b]): [number, number] => [a, b]));
        continue;
      }
      this.#at += 1;
      const to = pointOf(this.#member());
      if (to === undefined || to < from) throw new UnknownSyntax(this.#text);
      ranges.push([from, to]);
    }
    this.#at += 1;
    return negated ? complement(ranges, this.#all) : ranges;
  }

  #member(): Ranges {
    const char = this.#text[this.#at] as string;
    this.#at += 1;
    return char === '\\' ? this.#escape() : point(char);
  }
}

function point(char: string): Ranges {
  const code = char.charCodeAt(0);
  return [[code, code]];
}

/** The only character of a set, if it has just one: a class such as `\d` begins no range. */
function pointOf([first, ...others]: Ranges): number | undefined {
  return first && others.length === 0 && first[0] === first[1] ? first[0] : undefined;
}
