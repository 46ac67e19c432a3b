import { loadAll, YAMLException } from 'js-yaml';
import { formatPath, type Path } from '../../model/json.ts';
import { readDocuments } from '../../source/documents.ts';
import { nearest } from '../../source/nearest.ts';
import { UserError } from '../inputs.ts';

/** One document of a file of tests, which can say where in it something is wrong. */
export interface TestDocument {
  value: unknown;
  lineOf(path: Path): number;
  /** @throws UserError with file, line and field */
  fail(path: Path, message: string): never;
}

/**
 * Reads the documents of a file of tests; empty ones are left out. Words are those of YAML 1.2: `yes` is a text.
 *
 * @throws UserError with file and line for what is not YAML
 */
export function testDocuments(file: string, text: string): TestDocument[] {
  const places = readDocuments(file, text);
  return values(file, text).flatMap((value, index): TestDocument[] => {
    if (value === null || value === undefined) return [];
    const lineOf = (path: Path): number => places[index]?.locate(path).line ?? 1;
    const fail = (path: Path, message: string): never => {
      throw new UserError(`${file}:${lineOf(path)}: ${path.length === 0 ? '' : `${formatPath(path)} `}${message}`);
    };
    return [{ value, lineOf, fail }];
  });
}

function values(file: string, text: string): unknown[] {
  try {
    return loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new UserError(`${file}:${(error.mark?.line ?? 0) + 1}: not YAML: ${error.reason}`);
  }
}

/** @throws UserError for a key that is not one of the format's, which would silently test nothing */
export function known(document: TestDocument, at: Path, value: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const [near] = nearest(key, keys, 1);
    document.fail([...at, key], `is not known; ${near ? `did you mean ${near}?` : `it may be ${keys.join(', ')}`}`);
  }
}
