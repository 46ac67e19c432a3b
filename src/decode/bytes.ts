import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import { decodeConfigDump, emptyLiveProxy, finish, readSectionFields, sectionName } from './index.ts';
import { elementReaders } from './sections.ts';
import { splitDump } from './split.ts';
import { DumpError, type LiveProxy } from './types.ts';

/** Up to this size plain `JSON.parse` is faster, and its memory does not matter. */
const wholeAtOnce = 8 * 1024 * 1024;

/**
 * Reads the text of Envoy's `/config_dump?include_eds` into what the proxy holds. A large one is parsed piece by piece.
 *
 * @throws DumpError where it is cut off, no JSON, or not the dump of an Envoy that gets its configuration from istiod
 */
export function decodeConfigDumpBytes(bytes: Buffer, { splitFrom = wholeAtOnce } = {}): LiveProxy {
  return bytes.length < splitFrom ? decodeConfigDump(parse(bytes)) : decodeSplit(bytes);
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = text.trimStart();
    if (start === '') throw new DumpError('empty');
    if (start.startsWith('<')) throw new DumpError('HTML or XML, not a config_dump');
    const { message } = error as Error;
    throw new DumpError(
      /end of JSON|Unterminated/.test(message) ? `cut off after ${bytes.length} bytes` : `not JSON: ${message}`,
    );
  }
}

/** Elements that stand before their section's `@type` wait for it; Envoy prints the type first. */
function decodeSplit(bytes: Buffer): LiveProxy {
  const live = emptyLiveProxy();
  const seen = new Set<string>();
  let fields: JsonObject = {};
  let name: string | undefined;
  let waiting: [field: string, value: unknown][] = [];
  const read = (field: string, value: unknown): void => {
    if (isObject(value)) elementReaders[name ?? '']?.[field]?.(value as JsonObject, live);
  };
  splitDump(bytes, {
    sectionStart() {
      fields = {};
      name = undefined;
      waiting = [];
    },
    field(field, value) {
      fields[field] = value as JsonObject;
      if (field === '@type') name = sectionName(fields);
    },
    element(field, value) {
      if (name === undefined) waiting.push([field, value]);
      else read(field, value);
    },
    sectionEnd() {
      name ??= sectionName(fields);
      for (const [field, value] of waiting) read(field, value);
      readSectionFields(name, fields, live);
      seen.add(name);
    },
  });
  return finish(live, seen);
}
