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
    let places: WeakRef<Place[]> | undefined;
    const readPlaces = (): Place[] => {
      const known = places?.deref();
      if (known) return known;
      const read = compose(parseEvents(text, {}), text, true).map(({ place }) => shift(place, offset));
      places = new WeakRef(read);
      return read;
    };
    const documents = compose(parseEvents(text, {}), text, false).map(({ value, duplicates }, index): YamlDocument => {
      const shifted = duplicates.map(({ key, first, second }) => ({
        key,
        first: first + offset,
        second: second + offset,
      }));
      return { value, duplicates: shifted, place: () => readPlaces()[index] ?? { at: offset } };
    });
    return { documents, errors: [] };
  } catch (error) {
    if (error instanceof YamlFault)
      return { documents: [], errors: [{ message: error.message, offset: error.offset + offset }] };
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    if (isNextObject(text, at))
      return joined([parseChunk(text.slice(0, at), offset), parseChunk(text.slice(at), offset + at)]);
    return { documents: [], errors: [{ message: error.reason, offset: at + offset }] };
  }
}

/** JSON objects may follow one another without a separator (k8s.io/apimachinery `YAMLOrJSONDecoder`). */
function isNextObject(text: string, at: number): boolean {
  return text.trimStart().startsWith('{') && text[at] === '{' && text.slice(0, at).trimEnd().endsWith('}');
}

function joined(parts: readonly ParsedYaml[]): ParsedYaml {
  return { documents: parts.flatMap((part) => part.documents), errors: parts.flatMap((part) => part.errors) };
}

/** Separator lines as kubectl sees them (k8s.io/apimachinery `splitYAMLDocument`). */
function cut(text: string): { text: string; offset: number }[] {
  const parts: { text: string; offset: number }[] = [];
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
