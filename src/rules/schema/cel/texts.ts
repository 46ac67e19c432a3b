import { compiled } from '../pattern.ts';
import { CelFailure } from './failure.ts';

/** Functions of texts that cel-js lacks or reads in another way than CEL in Go does: by characters, not UTF-16, and RE2. */

/** `matches`. */
export function matchesRe2(text: string, pattern: string): boolean {
  return re2(pattern).matcher(text).find();
}

/** `findAll` of Kubernetes: at most `limit` matches, below 0 all. */
export function findAll(text: string, pattern: string, limit: bigint): string[] {
  const matcher = re2(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

function re2(pattern: string): NonNullable<ReturnType<typeof compiled>> {
  const read = compiled(pattern);
  if (!read) throw new CelFailure(`error parsing regexp: ${pattern}`);
  return read;
}

/** `substring`. */
export function substring(text: string, from: bigint, to?: bigint): string {
  const letters = [...text];
  const end = to ?? BigInt(letters.length);
  if (from < 0n || end < from || end > BigInt(letters.length))
    throw new CelFailure(`index out of range: ${from < 0n || from > BigInt(letters.length) ? from : end}`);
  return letters.slice(Number(from), Number(end)).join('');
}

/** `charAt`. */
export function charAt(text: string, index: bigint): string {
  const letters = [...text];
  if (index < 0n || index > BigInt(letters.length)) throw new CelFailure(`index out of range: ${index}`);
  return letters[Number(index)] ?? '';
}

/** `indexOf`; `from` is where the search starts. */
export function indexOf(text: string, part: string, from = 0n): bigint {
  const letters = [...text];
  if (from < 0n || from > BigInt(letters.length)) throw new CelFailure(`index out of range: ${from}`);
  const start = letters.slice(0, Number(from)).join('').length;
  return lettersUntil(text, text.indexOf(part, start));
}

/** `lastIndexOf`; `from` is the last place where it may start. */
export function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const letters = [...text];
  if (from === undefined) return lettersUntil(text, text.lastIndexOf(part));
  if (from < 0n || from > BigInt(letters.length)) throw new CelFailure(`index out of range: ${from}`);
  return lettersUntil(text, text.lastIndexOf(part, letters.slice(0, Number(from)).join('').length));
}

function lettersUntil(text: string, index: number): bigint {
  return index < 0 ? -1n : BigInt([...text.slice(0, index)].length);
}

/** `replace`: the first `limit` places, below 0 all. */
export function replace(text: string, from: string, to: string, limit = -1n): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  const parts = text.split(from);
  const head = parts.slice(0, Number(limit) + 1).join(to);
  return [head, ...parts.slice(Number(limit) + 1)].join(from);
}

/** `lowerAscii`, `upperAscii`: other letters stay. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
