import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import { decodeConfigDump, emptyLiveProxy, finish, readSectionFields, sectionName } from './index.ts';
import type { KnownValues } from './known-values.ts';
import { elementReaders } from './sections.ts';
import { type DumpParts, splitDumpInSteps } from './split.ts';
import { DumpError, type LiveProxy } from './types.ts';

/** Up to this size plain `JSON.parse` is faster, and its memory does not matter. */
const wholeAtOnce = 8 * 1024 * 1024;

/**
 * Reads the text of Envoy's `/config_dump?include_eds` into what the proxy holds. A large one is parsed piece by piece.
 *
 * @throws DumpError where it is cut off, no JSON, or not the dump of an Envoy that gets its configuration from istiod
 */
export function decodeConfigDumpBytes(bytes: Buffer, { splitFrom = wholeAtOnce } = {}): LiveProxy {
  if (bytes.length < splitFrom) return decodeConfigDump(parse(bytes));
  const steps = decodeInSteps(bytes);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Says in its own words what is often answered in place of a dump. */
function refuseOthers(bytes: Buffer): void {
  const start = bytes.toString('utf8', 0, 1000).trimStart();
  if (start === '') throw new DumpError('empty');
  if (start.startsWith('<')) throw new DumpError('HTML or XML, not a config_dump');
}

function parse(bytes: Buffer): unknown {
  refuseOthers(bytes);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const { message } = error as Error;
    throw new DumpError(
      /end of JSON|Unterminated/.test(message) ? `cut off after ${bytes.length} bytes` : `not JSON: ${message}`,
    );
  }
}

/**
 * The same from one resource to the next, for those that have other things to do meanwhile.
 *
 * @param known resources of other dumps: what is printed in the same bytes is the same value here
 * @returns at the end what the proxy holds; it must not be changed
 */
export function* decodeInSteps(bytes: Buffer, known?: KnownValues): Generator<undefined, LiveProxy> {
  refuseOthers(bytes);
  const live = emptyLiveProxy();
  const seen = new Set<string>();
  let fields: JsonObject = {};
  let name: string | undefined;
  // Elements that stand before their section's `@type` wait for it; Envoy prints the type first.
  let waiting: [field: string, value: unknown][] = [];
  const read = (field: string, value: unknown): void => {
    if (isObject(value)) elementReaders[name ?? '']?.[field]?.(value as JsonObject, live);
  };
  const parts: DumpParts = {
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
  };
  yield* splitDumpInSteps(bytes, parts, known);
  return finish(live, seen);
}
