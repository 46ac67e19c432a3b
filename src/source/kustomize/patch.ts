import { RE2JS } from 're2js';
import type { Json, JsonObject, Path } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import { readDocuments, type SourceDocument } from '../documents.ts';
import { splitApiVersion } from '../object.ts';
import { type Kustomization, listOf, mappingsOf, pathFrom } from './kustomization.ts';

/** A patch of a kustomization: a JSON patch (its value is a list) or a merge patch, with the places in it. */
export interface Patch {
  target: JsonObject;
  value: Json;
  locate(path: Path): Location;
}

/** The names that an object has had on its way through prefixes and suffixes, and its kind. */
export interface Patched {
  group: string;
  kind: string;
  names: readonly string[];
}

/**
 * The patches of a kustomization in the order in which Kustomize applies them (`kusttarget_configplugin.go`).
 *
 * @param read the text of a file of the repository
 */
export function patchesOf(kustomization: Kustomization, read: (path: string) => string | undefined): Patch[] {
  const fromFile = (path: string): SourceDocument[] => {
    const file = pathFrom(kustomization, path);
    const text = read(file);
    return text === undefined ? [] : readDocuments(file, text);
  };
  const from = (field: string): Patch[] =>
    mappingsOf(kustomization.value[field]).flatMap((entry, index) => {
      const target = isObject(entry['target']) ? (entry['target'] as JsonObject) : undefined;
      const inline = typeof entry['patch'] === 'string' ? entry['patch'] : undefined;
      const place: Path = [field, index, 'patch'];
      const documents = inline === undefined ? fromFile(String(entry['path'])) : inPlace(kustomization, place, inline);
      return documents.map((document) => toPatch(document, target));
    });
  const merges = listOf(kustomization, 'patchesStrategicMerge').flatMap((entry, index) =>
    entry.includes('\n') ? inPlace(kustomization, ['patchesStrategicMerge', index], entry) : fromFile(entry),
  );
  return [...merges.map((document) => toPatch(document)), ...from('patches'), ...from('patchesJson6902')];
}

function toPatch(document: SourceDocument, target?: JsonObject): Patch {
  return { value: document.value, locate: document.locate, target: target ?? ownTarget(document.value) };
}

/** A merge patch without a target names its object itself. */
function ownTarget(value: Json): JsonObject {
  if (!isObject(value)) return {};
  const [group] = splitApiVersion(String(value['apiVersion'] ?? ''));
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  return { group, kind: value['kind'] as Json, name: metadata['name'] as Json };
}

/** Whether a patch's target takes in an object. Names are patterns; what cannot be told here (labels) is taken as met. */
export function applies({ target }: Patch, { group, kind, names }: Patched): boolean {
  if (typeof target['kind'] === 'string' && !matches(target['kind'], kind)) return false;
  if (typeof target['group'] === 'string' && !matches(target['group'], group)) return false;
  const name = target['name'];
  return typeof name !== 'string' || names.some((known) => matches(name, known));
}

/** kustomize's patterns are Go's, for the whole of a text. */
function matches(pattern: string, text: string): boolean {
  if (pattern === text) return true;
  try {
    return RE2JS.matches(pattern, text);
  } catch {
    return false;
  }
}

/** The documents of a patch written as a block of text; a place inside the block is a place of the file. */
function inPlace(kustomization: Kustomization, path: Path, text: string): SourceDocument[] {
  const { file, document } = kustomization;
  const start = document.locate(path);
  const lines = kustomization.text.split('\n');
  return readDocuments(file, text).map((inner) => ({
    ...inner,
    locate: (at) => {
      const { line, column } = inner.locate(at);
      const own = text.split('\n')[line - 1]?.trimEnd() ?? '';
      const outer = lines[start.line + line - 1]?.trimEnd();
      if (outer === undefined || outer.trim() !== own.trim()) return start;
      return { file, line: start.line + line, column: column + outer.length - own.length };
    },
  }));
}
