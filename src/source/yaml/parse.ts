import { parseEvents, YAMLException } from 'js-yaml';
import type { Json } from '../../model/json.ts';
import type { DuplicateKey, Place } from './compose.ts';
import { compose, YamlFault } from './compose.ts';

/** One document of a YAML stream; offsets are into the whole text. */
interface YamlDocument {
  value: Json;
  duplicates: DuplicateKey[];
  /** Places of all values; read again from the text when first asked for, so that unasked documents cost no memory. */
  place(): Place;
}

interface YamlError {
  message: string;
  offset: number;
}

interface Chunk {
  text: string;
  offset: number;
}

export interface ParsedYaml {
  documents: YamlDocument[];
  errors: YamlError[];
}

/**
 * Reads a stream of YAML documents (JSON is a subset). As kubectl does, the stream is cut at lines that start with
 * `---`, so that a broken document leaves the others readable.
 */
export function parseYaml(text: string): ParsedYaml {
  const whole = parseChunk(text, 0);
  if (whole.errors.length === 0) return whole;
  const parts = cut(text);
  if (parts.length === 1) return whole;
  return joined(parts.map((part) => parseChunk(part.text, part.offset)));
}

function parseChunk(text: string, offset: number): ParsedYaml {
  try {
    return { documents: documentsOf(text, offset), errors: [] };
  } catch (error) {
    if (error instanceof YamlFault) return faulty(error.message, error.offset + offset);
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    const parts = isNextObject(text, at) ? cutObjects(text) : [];
    if (parts.length > 1) return joined(parts.map((part) => parseChunk(part.text, offset + part.offset)));
    return faulty(error.reason, at + offset);
  }
}

function faulty(message: string, offset: number): ParsedYaml {
  return { documents: [], errors: [{ message, offset }] };
}

/** @throws YamlFault and YAMLException */
function documentsOf(text: string, offset: number): YamlDocument[] {
  let places: WeakRef<Place[]> | undefined;
  const readPlaces = (): Place[] => {
    const known = places?.deref();
    if (known) return known;
    const read = compose(parseEvents(text, {}), text, true).map(({ place }) => shift(place, offset));
    places = new WeakRef(read);
    return read;
  };
  return compose(parseEvents(text, {}), text, false).map(({ value, duplicates }, index) => {
    const shifted = duplicates.map(({ key, first, second }) => ({
      key,
      first: first + offset,
      second: second + offset,
    }));
    return { value, duplicates: shifted, place: () => readPlaces()[index] ?? { at: offset } };
  });
}

/** JSON objects may follow one another without a separator (k8s.io/apimachinery `YAMLOrJSONDecoder`). */
function isNextObject(text: string, at: number): boolean {
  return text.trimStart().startsWith('{') && text[at] === '{' && text.slice(0, at).trimEnd().endsWith('}');
}

/** Cuts where an object ends and another follows: each is read once, however many there are. */
function cutObjects(text: string): Chunk[] {
  const parts: Chunk[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"') at++;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '}') depth = Math.max(0, depth - 1);
    else if (character === '{' && depth++ === 0 && text.slice(start, at).trim() !== '') {
      parts.push({ text: text.slice(start, at), offset: start });
      start = at;
    }
  }
  return [...parts, { text: text.slice(start), offset: start }];
}

function joined(parts: readonly ParsedYaml[]): ParsedYaml {
  return { documents: parts.flatMap((part) => part.documents), errors: parts.flatMap((part) => part.errors) };
}

/** Separator lines as kubectl sees them (k8s.io/apimachinery `splitYAMLDocument`). */
function cut(text: string): Chunk[] {
  const parts: Chunk[] = [];
  let start = 0;
  for (const separator of text.matchAll(/^---(?=\s|$)/gm)) {
    if (text.slice(start, separator.index).trim() !== '')
      parts.push({ text: text.slice(start, separator.index), offset: start });
    start = separator.index;
  }
  parts.push({ text: text.slice(start), offset: start });
  return parts;
}

function shift(place: Place, offset: number): Place {
  if (offset === 0) return place;
  const inner = place.inner && new Map([...place.inner].map(([key, item]) => [key, shift(item, offset)] as const));
  return { at: place.at + offset, inner };
}
