import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, Path } from '../../model/json.ts';
import { isObject, valueAt } from '../../model/json.ts';
import type { Location } from '../../model/resource.ts';
import { readDocuments, type SourceDocument } from '../documents.ts';
import { splitApiVersion } from '../object.ts';
import { basesOf, type Graph } from './graph.ts';
import { type Kustomization, listOf, mappingsOf, pathFrom } from './kustomization.ts';
import { applies, type Patched, patchesOf } from './patch.ts';
import { stepBack } from './step-back.ts';

/** The files that a directory is rendered from. */
export interface TraceInput {
  graph: Graph;
  root: Kustomization;
  read(path: string): string | undefined;
}

/**
 * Leads the values of a rendered object back to the files that a person would edit: the overlays' patches and fields
 * from the outermost to the innermost, then the object's own file.
 *
 * @param origin the object's file as Kustomize's origin annotation names it, from the rendered directory; undefined for
 *   an object that a generator made
 */
export function traceKustomize(
  rendered: JsonObject,
  origin: string | undefined,
  { graph, root, read }: TraceInput,
): (path: Path) => Location {
  const file = origin === undefined ? undefined : pathFrom(root, origin);
  const layers = file === undefined ? [root] : (layersTo(file, root, graph) ?? [root]);
  const source = file === undefined ? undefined : sourceOf(rendered, file, read(file) ?? '');
  const patched = identity(rendered, source?.value);
  const generator = layers.at(-1) ?? root;
  let patches: ReturnType<typeof patchesOf>[] | undefined;

  return (path) => {
    if (path.length > 0) {
      const field = path.length === 0 ? undefined : fieldOfKustomization(layers, path, valueAt(rendered, path));
      if (field) return field;
      patches ??= layers.map((layer) =>
        patchesOf(layer, read)
          .filter((patch) => applies(patch, patched))
          .reverse(),
      );
      let before = path;
      for (const patch of patches.flat()) {
        const step = stepBack(patch, before, { rendered, path });
        if ('location' in step) return step.location;
        before = step.path;
      }
      if (source) return source.locate(before);
    }
    return source?.locate([]) ?? generator.document.locate(generatorPath(generator, patched));
  };
}

/** The kustomizations from the root to the one that names the file, with the components of each. */
function layersTo(file: string, start: Kustomization, graph: Graph): Kustomization[] | undefined {
  const components = listOf(start, 'components').flatMap((entry) => graph.get(pathFrom(start, entry)) ?? []);
  const own = [start, ...components.reverse()];
  const names = ['resources', 'bases'].flatMap((field) => listOf(start, field)).map((entry) => pathFrom(start, entry));
  if (names.includes(file)) return own;
  for (const base of basesOf(start, graph)) {
    const below = layersTo(file, base, graph);
    if (below) return components.includes(base) ? [...own.filter((it) => it !== base), ...below] : [...own, ...below];
  }
  return undefined;
}

/** The document of the source file that became the object: same kind, and a name that may have got a prefix or suffix. */
function sourceOf(rendered: JsonObject, file: string, text: string): SourceDocument | undefined {
  const same = readDocuments(file, text).filter(
    (document) => isObject(document.value) && isSameKind(document, rendered),
  );
  const name = String(valueAt(rendered, ['metadata', 'name']));
  const named = (document: SourceDocument): string => String(valueAt(document.value, ['metadata', 'name']));
  const exact = same.filter((document) => named(document) === name);
  const affixed = same.filter((document) => name.includes(named(document)));
  const longest = affixed.sort((a, b) => named(b).length - named(a).length);
  const unchanged = (document: SourceDocument): boolean =>
    isDeepStrictEqual(valueAt(document.value, ['spec']), rendered['spec']);
  return exact.find(unchanged) ?? exact[0] ?? longest[0] ?? same[0];
}

function isSameKind({ value }: SourceDocument, rendered: JsonObject): boolean {
  return valueAt(value, ['kind']) === rendered['kind'] && groupOf(value) === groupOf(rendered);
}

function groupOf(object: unknown): string {
  return splitApiVersion(String(valueAt(object, ['apiVersion'])))[0];
}

function identity(rendered: JsonObject, source: unknown): Patched {
  const final = String(valueAt(rendered, ['metadata', 'name']));
  const first = valueAt(source, ['metadata', 'name']);
  const names = typeof first === 'string' ? [first, ...between(first, final), final] : [final];
  return { group: groupOf(rendered), kind: String(rendered['kind']), names };
}

/** With both a prefix and a suffix, the name with the prefix alone: what a patch of a layer between may use. */
function between(first: string, final: string): string[] {
  const at = final.indexOf(first);
  return at <= 0 ? [] : [final.slice(0, at + first.length), final.slice(at)];
}

/** A value that a field of a kustomization sets: namespace, labels, annotations. */
function fieldOfKustomization(layers: readonly Kustomization[], path: Path, value: unknown): Location | undefined {
  for (const layer of layers) {
    const place = settingOf(layer, path, value);
    if (place) return layer.document.locate(place);
  }
  return undefined;
}

function settingOf({ value: settings }: Kustomization, path: Path, value: unknown): Path | undefined {
  const key = path.at(-1) as string;
  if (path[0] === 'metadata' && path[1] === 'namespace')
    return settings['namespace'] === value ? ['namespace'] : undefined;
  const places: Path[] = [];
  if (path.includes('annotations')) places.push(['commonAnnotations', key]);
  if (/labels$|^selector$/i.test(String(path.at(-2)))) {
    places.push(['commonLabels', key]);
    for (const index of mappingsOf(settings['labels']).keys()) places.push(['labels', index, 'pairs', key]);
  }
  return places.find((place) => value !== undefined && valueAt(settings, place) === value);
}

/** Where a kustomization generates a ConfigMap or Secret. */
function generatorPath({ value }: Kustomization, { kind, names }: Patched): Path {
  const field = kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator';
  const index = mappingsOf(value[field]).findIndex((entry) =>
    names.some((name) => name.includes(String(entry['name']))),
  );
  return index < 0 ? ['kind'] : [field, index];
}
