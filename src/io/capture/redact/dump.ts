import { splitDump } from '../../../decode/split.ts';
import type { Json } from '../../../model/json.ts';
import { type Extra, redactValue } from './value.ts';

/** Up to this size one `JSON.parse` is faster, and its memory does not matter (src/decode/bytes.ts). */
const wholeAtOnce = 8 * 1024 * 1024;

/**
 * A dump of Envoy's admin without credentials. Envoy redacts the keys of its secrets itself; what users put elsewhere
 * (headers, Wasm environments, inline keys of hand-written patches, node metadata) it prints. A large one is worked
 * element by element.
 *
 * @returns the bytes as they came where there is nothing to take out, else the same JSON without it
 * @throws Error where it is no JSON
 */
export function redactDump(
  bytes: Buffer,
  more: ReadonlySet<Extra> = new Set(),
  { splitFrom = wholeAtOnce } = {},
): Buffer {
  if (bytes.length >= splitFrom) return redactSplit(bytes, more);
  const value = JSON.parse(bytes.toString('utf8')) as Json;
  const clean = redactValue(value, more);
  return clean === value ? bytes : Buffer.from(JSON.stringify(clean));
}

function redactSplit(bytes: Buffer, more: ReadonlySet<Extra>): Buffer {
  const chunks: Buffer[] = [];
  let changed = false;
  let list: string | undefined;
  let first = true;
  let sections = 0;
  const put = (text: string): void => void chunks.push(Buffer.from(text));
  const cleaned = (key: string, value: unknown): string => {
    // In an object of its own: the name of a field tells whether its value is a secret.
    const wrapped = { [key]: value as Json };
    const clean = redactValue(wrapped, more) as typeof wrapped;
    changed ||= clean !== wrapped;
    return JSON.stringify(clean[key]);
  };
  const endList = (): void => {
    if (list !== undefined) put(']');
    list = undefined;
  };
  const key = (name: string): void => {
    endList();
    put(`${first ? '' : ','}${JSON.stringify(name)}:`);
    first = false;
  };
  put('{"configs":[');
  splitDump(bytes, {
    sectionStart() {
      put(sections++ === 0 ? '{' : ',{');
      first = true;
    },
    field(name, value) {
      key(name);
      put(cleaned(name, value));
    },
    element(name, value) {
      if (list === name) put(',');
      else {
        key(name);
        put('[');
        list = name;
      }
      put(cleaned(name, value));
    },
    sectionEnd() {
      endList();
      put('}');
    },
  });
  put(']}');
  return changed ? Buffer.concat(chunks) : bytes;
}
