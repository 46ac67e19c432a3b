import type { Json, JsonObject, Path } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { Location, Resource } from '../model/resource.ts';
import type { Diagnostic } from './diagnostic.ts';
import { locateIn } from './locate.ts';
import { type Misfit, mayHoldMisfits, misfitOf } from './misfit.ts';
import { isKubernetesObject, toResource } from './object.ts';
import { isClusterScoped } from './scope.ts';
import { LineIndex } from './text.ts';
import { parseYaml } from './yaml/parse.ts';

export interface ManifestOptions {
  /** Namespace of namespaced objects that name none, as `kubectl apply` takes it from its context. */
  namespace: string;
}

export interface Manifest {
  resources: Resource[];
  diagnostics: Diagnostic[];
  /** Why nothing of the file was read, where it holds no manifests. */
  skipped?: string;
}

/**
 * Reads a file of Kubernetes manifests: several documents, `List` kinds, JSON. A broken document is reported at its
 * line and the others are read. What is YAML but no Kubernetes object is left out without a word, since repositories
 * hold values files, workflows and the like; a file without any object says why in `skipped`.
 *
 * @param file path as it is shown to the user
 */
export function readManifest(file: string, text: string, options: ManifestOptions): Manifest {
  if (text.startsWith('version https://git-lfs.github.com/spec/')) return lfsPointer(file);
  const objects = mayHoldObjects(text);
  if (!objects && !mayHoldMisfits(text)) return { resources: [], diagnostics: [], skipped: 'no Kubernetes objects' };
  const lines = new LineIndex(text);
  const { documents, errors: all } = parseYaml(text);
  // What holds no object may be broken in its own way.
  const errors = objects ? all : [];
  if (errors.length > 0 && text.includes('{{')) return { resources: [], diagnostics: [], skipped: 'a template' };

  const resources: Resource[] = [];
  const conflict = errors.length > 0 ? conflictIn(text) : undefined;
  const diagnostics: Diagnostic[] = (conflict ?? errors.map(broken)).map(({ message, offset }) => ({
    severity: 'error',
    message,
    location: { file, ...lines.at(offset) },
    fix: 'correct the document; until then its objects count as absent from Git',
  }));
  let templates = 0;
  for (const document of documents) {
    const found = objectsOf(document.value);
    for (const { object, path } of found) {
      const place = locateIn(file, lines, document.place, path);
      const misfit = isTemplated(object) ? undefined : misfitOf(object);
      if (isTemplated(object)) templates++;
      else if (misfit) diagnostics.push(ofMisfit(misfit, place));
      else if (isKubernetesObject(object)) resources.push(toDesiredResource(object, options.namespace, place));
    }
    if (found.length === 0) continue;
    for (const { key, first, second } of document.duplicates)
      diagnostics.push({
        severity: 'warning',
        message: `key ${key} stands twice in one mapping; the last one counts`,
        location: { file, ...lines.at(second) },
        fix: 'delete one of them',
        related: [{ message: 'the first one', location: { file, ...lines.at(first) } }],
      });
  }
  if (resources.length > 0 || diagnostics.length > 0) return { resources, diagnostics };
  return { resources, diagnostics, skipped: templates > 0 ? 'a template' : 'no Kubernetes objects' };
}

/** Cheap test before parsing: every object has these keys, plain or quoted. */
function mayHoldObjects(text: string): boolean {
  return text.includes('apiVersion') && text.includes('kind');
}

function broken({ message, offset }: { message: string; offset: number }): { message: string; offset: number } {
  return { message: `broken YAML: ${message}`, offset };
}

/** What git leaves in a file where two sides changed the same lines: each place once, in place of what YAML makes of it. */
function conflictIn(text: string): { message: string; offset: number }[] | undefined {
  if (!/^={7}\r?$/m.test(text) || !/^>{7} /m.test(text)) return undefined;
  const places = [...text.matchAll(/^<{7} .*$/gm)];
  const message = 'a merge conflict that is not resolved';
  return places.length === 0 ? undefined : places.map(({ index }) => ({ message, offset: index }));
}

function lfsPointer(file: string): Manifest {
  const diagnostic: Diagnostic = {
    severity: 'warning',
    message: 'the file is a pointer to Git LFS, its content is not in the repository',
    location: { file, line: 1, column: 1 },
    fix: 'store manifests in Git itself, or check the files out and read them with --ref WORKTREE',
  };
  return { resources: [], diagnostics: [diagnostic], skipped: 'a Git LFS pointer' };
}

/** The objects of a document: itself, or the items of a list (`List`, `VirtualServiceList`), with their paths in it. */
function objectsOf(value: Json): { object: JsonObject; path: Path }[] {
  if (!isObject(value)) return [];
  const object = value as JsonObject;
  const { apiVersion, kind: own, items } = object;
  if (typeof apiVersion !== 'string' || typeof own !== 'string')
    return misfitOf(object) === undefined ? [] : [{ object, path: [] }];
  if (!own.endsWith('List') || !Array.isArray(items)) return [{ object, path: [] }];
  const kind = own.slice(0, -'List'.length);
  return items.flatMap((item, index) => {
    if (!isObject(item)) return [];
    // Items of a typed list may leave out what its kind already says.
    const typed = kind === '' ? item : { apiVersion: object['apiVersion'], kind, ...item };
    return objectsOf(typed as Json).map((inner) => ({ ...inner, path: ['items', index, ...inner.path] }));
  });
}

function isTemplated(object: JsonObject): boolean {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return [object['apiVersion'], object['kind'], metadata['name'], metadata['namespace']].some(
    (value) => (typeof value === 'string' && value.includes('{{')) || isObject(value),
  );
}

/**
 * Makes a resource of an object of Git, in the namespace that `kubectl apply` would put it: its own, the default one, or
 * none where the kind has none.
 */
export function toDesiredResource(object: JsonObject, namespace: string, locate: (path: Path) => Location): Resource {
  const metadata = object['metadata'] as JsonObject;
  const named = typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '';
  const clusterScoped = isClusterScoped(object['apiVersion'] as string, object['kind'] as string);
  if (named !== clusterScoped) return toResource(object, 'git', locate);
  const { namespace: _, ...rest } = metadata;
  return toResource({ ...object, metadata: clusterScoped ? rest : { ...metadata, namespace } }, 'git', locate);
}

function ofMisfit({ message, path, fix, severity }: Misfit, locate: (path: Path) => Location): Diagnostic {
  return { severity, message, location: locate(path), fix };
}
