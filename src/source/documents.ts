import type { Json, Path } from '../model/json.ts';
import type { Location } from '../model/resource.ts';
import { locateIn } from './locate.ts';
import { LineIndex } from './text.ts';
import { parseYaml } from './yaml/parse.ts';

/** A document of a file that others are made from: its value, and the places in it. */
export interface SourceDocument {
  file: string;
  value: Json;
  /** The place of a path, or of its nearest ancestor; [] is the `kind` of an object. */
  locate(path: Path): Location;
}

/** Reads the documents of a file; broken ones are left out, whoever renders the file says what is wrong with it. */
export function readDocuments(file: string, text: string): SourceDocument[] {
  const lines = new LineIndex(text);
  return parseYaml(text).documents.map(({ value, place }) => ({ file, value, locate: locateIn(file, lines, place) }));
}
