import type { Json } from '../../model/json.ts';

/** A plain scalar that Go's YAML reads as infinity or NaN, which JSON (and so Kubernetes) cannot hold. */
export class NotJson extends Error {}

const words = new Map<string, Json>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);
const maybeNumber = /^[-+.0-9]/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const special = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

/**
 * The value of a plain (unquoted) scalar as `kubectl apply` reads it: sigs.k8s.io/yaml over go.yaml.in/yaml/v2
 * (`resolve`), which is YAML 1.1 for booleans (`yes`, `on`, `y`), Go's `strconv.ParseInt(s, 0, 64)` for integers
 * (`010` is 8, `0b1`, `0o7`, `0x1F`, `_` between digits), and leaves dates and `1:30` as text.
 *
 * @throws NotJson for `.inf` and `.nan`
 */
export function plainScalar(text: string): Json {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!maybeNumber.test(text)) return text;
  if (special.test(text)) throw new NotJson(`${text} cannot be written as JSON, so Kubernetes does not take it`);
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  return integer(digits) ?? fraction(digits) ?? text;
}

/** Go's ParseInt with base 0; undefined where the text is no integer of 64 bits. */
function integer(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = /^[-+]/.test(text) ? text.slice(1) : text;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/.test(octal)) return undefined;
  const value = BigInt(octal.toLowerCase());
  return value < 1n << 64n ? sign * Number(value) || 0 : undefined;
}

function fraction(text: string): number | undefined {
  if (!float.test(text)) return undefined;
  const value = Number(text);
  // Go's ParseFloat fails out of range; the text then stays text.
  return Number.isFinite(value) ? value || 0 : undefined;
}

/** The value of a scalar with an explicit tag: `!!int`, `!!bool` and the like resolve, all other tags give text, as in Go. */
export function taggedScalar(tag: string, text: string): Json {
  switch (tag) {
    case '!!int':
    case '!!float':
    case '!!bool':
    case '!!null':
      return plainScalar(text);
    case '!!binary':
      return Buffer.from(text, 'base64').toString('utf8');
    default:
      return text;
  }
}
