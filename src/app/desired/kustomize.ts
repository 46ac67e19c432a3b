import pLimit from 'p-limit';
import { extract } from '../../io/render/extract.ts';
import { runKustomize } from '../../io/render/kustomize.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import { SourceError } from '../../source/diagnostic.ts';
import { closureOf, type Graph, outsideOf } from '../../source/kustomize/graph.ts';
import { isKustomizationFile, type Kustomization, readKustomization } from '../../source/kustomize/kustomization.ts';
import { takeOrigin, withOrigins } from '../../source/kustomize/origin.ts';
import { traceKustomize } from '../../source/kustomize/trace.ts';
import { toDesiredResource } from '../../source/manifest.ts';
import { isKubernetesObject } from '../../source/object.ts';
import { isBelow } from '../../source/paths.ts';
import { decode, type FileContent, type Tree, type TreeEntry } from '../../source/tree.ts';
import { scanWaivers } from '../../source/waiver/scan.ts';
import { parseYaml } from '../../source/yaml/parse.ts';

/** Reads all kustomizations of a tree. */
export async function readGraph(tree: Tree, entries: readonly TreeEntry[], signal?: AbortSignal): Promise<Graph> {
  const files = entries.filter(({ path, kind }) => kind === 'file' && isKustomizationFile(path));
  const contents = await tree.read(files, signal);
  const graph = new Map<string, Kustomization>();
  for (const { path } of files) {
    const content = decode(contents.get(path));
    const kustomization = 'text' in content ? readKustomization(path, content.text) : undefined;
    if (kustomization) graph.set(kustomization.directory, kustomization);
  }
  return graph;
}

export interface KustomizeOptions {
  namespace: string;
  /** Whether bases may be fetched from the network. */
  network: boolean;
  signal?: AbortSignal;
}

/** The outcome of one directory: its objects and the waivers in the files that made them, or why there are none. */
export type KustomizeOutcome =
  | { root: Kustomization; resources: Resource[]; waivers: Waiver[] }
  | { root: Kustomization; error: SourceError };

/**
 * Renders Kustomize directories on a temporary copy of their files, each object led back to the files that made it.
 *
 * @param meshOnly leaves out directories without any configuration of the mesh
 */
export async function renderKustomize(
  tree: Tree,
  entries: readonly TreeEntry[],
  graph: Graph,
  roots: readonly Kustomization[],
  options: KustomizeOptions & { meshOnly: boolean },
): Promise<KustomizeOutcome[]> {
  if (roots.length === 0) return [];
  const closures = new Map(roots.map((root) => [root, closureOf(root, graph)]));
  const folders = new Set([...closures.values()].flat().map(({ directory }) => directory));
  const wanted = entries.filter(({ path, kind }) => kind === 'file' && isBelowAny(path, folders));
  const contents = await tree.read(wanted, options.signal);
  const chosen = options.meshOnly
    ? roots.filter((root) => hasMeshConfig(closures.get(root) as Kustomization[], contents))
    : roots;
  if (chosen.length === 0) return [];
  const read = (path: string): string | undefined => {
    const content = decode(contents.get(path));
    return 'text' in content ? content.text : undefined;
  };
  const files = new Map<string, Buffer | string>();
  for (const [path, content] of contents) if ('bytes' in content) files.set(path, content.bytes);
  for (const root of chosen) files.set(root.file, withOrigins(root));
  const extraction = await extract(files);
  try {
    const limit = pLimit(4);
    const paths = entries.map(({ path }) => path);
    const render = async (root: Kustomization): Promise<KustomizeOutcome> => {
      const closure = closures.get(root) as Kustomization[];
      try {
        if (!options.network) refuseOutside(closure, paths);
        const text = await runKustomize(extraction.directory, root.directory, options);
        const resources = toResources(text, root, { graph, root, read }, options.namespace);
        const inputs = wanted.filter(({ path }) => /\.ya?ml$/.test(path) && isInput(path, closure, graph));
        return { root, resources, waivers: inputs.flatMap(({ path }) => scanWaivers(path, read(path) ?? '')) };
      } catch (error) {
        if (error instanceof SourceError) return { root, error };
        throw error;
      }
    };
    return await Promise.all(chosen.map((root) => limit(() => render(root))));
  } finally {
    await extraction.remove();
  }
}

/** Whether a file belongs to one of these kustomizations, and to no other one deeper down. */
function isInput(path: string, closure: readonly Kustomization[], graph: Graph): boolean {
  let nearest = '';
  for (const directory of graph.keys())
    if (directory.length > nearest.length && isBelow(path, directory)) nearest = directory;
  return closure.some(({ directory }) => directory === nearest);
}

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.has('')) return true;
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
    if (folders.has(path.slice(0, end))) return true;
  return false;
}

function hasMeshConfig(closure: readonly Kustomization[], contents: ReadonlyMap<string, FileContent>): boolean {
  return [...contents].some(
    ([path, content]) =>
      'bytes' in content &&
      closure.some(({ directory }) => isBelow(path, directory)) &&
      (content.bytes.includes('istio.io/') || content.bytes.includes('gateway.networking.k8s.io/')),
  );
}

function refuseOutside(closure: readonly Kustomization[], paths: readonly string[]): void {
  const outside = outsideOf(closure, paths);
  if (!outside) return;
  const { entry, location, remote } = outside;
  const place = `${location.file}:${location.line}`;
  throw remote
    ? new SourceError(
        `${place}: ${entry} is on the network, which rendering does not use`,
        'copy the base into the repository, or set remoteBases: true in .mesh.yaml',
        location,
      )
    : new SourceError(
        `${place}: ${entry} is not in the repository at this ref`,
        'commit it, or correct the entry',
        location,
      );
}

function toResources(
  text: string,
  root: Kustomization,
  input: Parameters<typeof traceKustomize>[2],
  namespace: string,
): Resource[] {
  const objects = parseYaml(text).documents.flatMap(({ value }) => itemsOf(value));
  return objects.filter(isKubernetesObject).map((rendered) => {
    const { object, origin } = takeOrigin(rendered, root);
    return toDesiredResource(object, namespace, traceKustomize(object, origin, input));
  });
}

function itemsOf(value: Json): JsonObject[] {
  if (!isObject(value)) return [];
  const object = value as JsonObject;
  return object['kind'] === 'List' && Array.isArray(object['items']) ? object['items'].flatMap(itemsOf) : [object];
}
