import { posix } from 'node:path';
import { type Resource, resourceKey, resourceName } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import { type Diagnostic, type SkippedFile, SourceError } from '../../source/diagnostic.ts';
import { type Graph, rootsOf } from '../../source/kustomize/graph.ts';
import { isKustomizationFile, type Kustomization } from '../../source/kustomize/kustomization.ts';
import type { HelmRelease, MeshConfigFile } from '../../source/mesh-config/read.ts';
import { isBelow, type PathBase, resolvePaths } from '../../source/paths.ts';
import { decode, type TreeEntry } from '../../source/tree.ts';
import { renderHelm } from './helm.ts';
import { type KustomizeOutcome, readGraph, renderKustomize } from './kustomize.ts';
import { hiddenEntries } from './manifests.ts';
import type { Source } from './open.ts';

export interface RenderPlan {
  /** From the flags, where they say something. */
  kustomize?: readonly string[];
  helm?: readonly HelmRelease[];
  config: MeshConfigFile;
  paths: readonly string[];
  namespace: string;
}

export interface Rendered {
  resources: Resource[];
  diagnostics: Diagnostic[];
  skipped: SkippedFile[];
  /** Those of the files that were rendered. */
  waivers: Waiver[];
  /** The files that are read as they stand. */
  manifests: TreeEntry[];
  /** Files that could be read as they stand and lie outside of what was chosen. */
  outside: TreeEntry[];
}

/**
 * Renders what the flags, the project file or the repository itself say is to be rendered, and leaves the other files to
 * be read as they stand.
 *
 * Kustomize directories that were not named are found by their files: those that no other one builds upon are rendered.
 * What lies below any kustomization is input, not a manifest. Charts are rendered when named only, since nothing in a
 * repository says with which values. With directories or charts named and no paths, nothing else is read.
 *
 * @throws SourceError where something that was named cannot be rendered, or where overlays contradict each other
 */
export async function renderAll(
  source: Source,
  entries: readonly TreeEntry[],
  plan: RenderPlan,
  signal?: AbortSignal,
): Promise<Rendered> {
  const named = plan.kustomize ?? plan.config.kustomize;
  const releases = plan.helm ?? plan.config.helm ?? [];
  const renderOnly = plan.paths.length === 0 && ((named?.length ?? 0) > 0 || releases.length > 0);
  const chosen = renderOnly ? [] : entries.filter(({ path }) => isChosen(path, plan.paths));
  const files = entries.map(({ path }) => path);
  const base: PathBase = { root: source.repository, prefix: source.prefix };

  const graph: Graph = named?.length === 0 ? new Map() : await readGraph(source.tree, entries, signal);
  const automatic = named === undefined;
  const roots = automatic ? (renderOnly ? [] : rootsOf(graph, plan.paths)) : namedRoots(named, graph, base, files);
  const options = {
    namespace: plan.namespace,
    network: plan.config.remoteBases === true,
    meshOnly: automatic,
    signal,
  };
  const outcomes = await renderKustomize(source.tree, entries, graph, roots, options);
  const kustomized = judge(outcomes, automatic);
  const charts = foldersWith('Chart.yaml', files);
  const rendered: string[] = [];
  const resources = [...kustomized.resources];
  const waivers = outcomes.flatMap((outcome) => ('waivers' in outcome ? outcome.waivers : []));
  for (const release of releases) {
    const whole = completed(release, plan.namespace, base, files);
    rendered.push(whole.chart);
    const made = await renderHelm(source.tree, entries, whole, signal);
    resources.push(...made.resources);
    waivers.push(...made.waivers);
  }
  // Who names a file inside of an overlay or a chart wants it read as it stands.
  const asked = (folder: string): boolean =>
    plan.paths.length === 0 || plan.paths.some((path) => isBelow(folder, path));
  const inputs = [...graph.keys()].filter(asked);
  const passed = passedBy(inputs, charts.filter(asked), foldersWith('capture.json', files));
  const readable = entries.filter(({ path }) => manifestName.test(path) && !passed(path));
  const picked = new Set(chosen);
  const idle = await chartsLeft(source, chosen, charts, rendered, signal);
  return {
    resources,
    diagnostics: [...hiddenEntries(chosen), ...kustomized.diagnostics, ...idle],
    skipped: chosen.flatMap(({ path }) => {
      const reason = manifestName.test(path) ? passed(path) : undefined;
      return reason ? [{ file: path, reason }] : [];
    }),
    // Overlays share their bases.
    waivers: [...new Map(waivers.map((it) => [`${it.location.file}:${it.location.line}`, it])).values()],
    manifests: readable.filter((entry) => picked.has(entry)),
    outside: readable.filter((entry) => !picked.has(entry)),
  };
}

const manifestName = /\.(ya?ml|json)$/i;

function isChosen(path: string, paths: readonly string[]): boolean {
  return paths.length === 0 || paths.some((chosen) => isBelow(path, chosen));
}

function namedRoots(named: readonly string[], graph: Graph, base: PathBase, files: readonly string[]): Kustomization[] {
  return resolvePaths(named, base, files).map((directory) => {
    const root = graph.get(isKustomizationFile(directory) ? posix.dirname(directory) : directory);
    if (root) return root;
    const known = [...graph.keys()].slice(0, 5).map((it) => it || '.');
    throw new SourceError(
      `${directory || '.'} has no kustomization.yaml`,
      known.length > 0 ? `directories that have one: ${known.join(', ')}` : 'read its files with --path instead',
    );
  });
}

function completed(
  release: HelmRelease,
  namespace: string,
  base: PathBase,
  files: readonly string[],
): Required<HelmRelease> {
  const [chart = ''] = resolvePaths([release.chart], base, files);
  const values = resolvePaths(release.values ?? [], base, files);
  return {
    chart,
    values,
    release: release.release ?? (posix.basename(chart) || 'release'),
    namespace: release.namespace ?? namespace,
  };
}

/** Objects of all directories; overlays of one base that were not named may contradict each other. */
function judge(
  outcomes: readonly KustomizeOutcome[],
  automatic: boolean,
): { resources: Resource[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, { root: Kustomization; text: string }>();
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      if (!automatic) throw outcome.error;
      const { message, fix } = outcome.error;
      const location = outcome.error.location ?? outcome.root.document.locate(['kind']);
      diagnostics.push({ severity: 'error', message, location, fix });
      continue;
    }
    for (const resource of outcome.resources) {
      const key = resourceKey(resource);
      const text = JSON.stringify(resource.object);
      const other = seen.get(key);
      seen.set(key, { root: outcome.root, text });
      if (automatic && other && other.text !== text) throw contradiction(resource, other.root, outcome.root);
    }
  }
  return { resources: outcomes.flatMap((outcome) => ('resources' in outcome ? outcome.resources : [])), diagnostics };
}

function contradiction(resource: Resource, one: Kustomization, other: Kustomization): SourceError {
  return new SourceError(
    `${one.directory || '.'} and ${other.directory || '.'} both make ${resourceName(resource)}, and not the same`,
    `say which one this cluster gets: --kustomize ${other.directory || '.'}, or kustomize in .mesh.yaml`,
  );
}

/** Folders that hold a file of this name: charts, captures of a mesh (which look like manifests). */
function foldersWith(name: string, files: readonly string[]): string[] {
  const found = files.filter((path) => posix.basename(path) === name);
  return found.map((path) => posix.dirname(path).replace(/^\.$/, ''));
}

/** Why a file is not read as it stands. */
function passedBy(
  kustomizations: readonly string[],
  charts: readonly string[],
  captures: readonly string[],
): (path: string) => string | undefined {
  const below = (path: string, folders: readonly string[]): boolean => folders.some((folder) => isBelow(path, folder));
  const templates = charts.flatMap((chart) =>
    ['templates', 'charts', 'crds'].map((folder) => posix.join(chart, folder)),
  );
  return (path) => {
    if (isKustomizationFile(path)) return 'a kustomization';
    if (below(path, kustomizations)) return 'an input of Kustomize';
    if (below(path, templates)) return 'part of a Helm chart';
    if (below(path, captures)) return 'part of a capture';
    return path === '.mesh.yaml' ? 'the project file' : undefined;
  };
}

/** Says which charts of the mesh are not rendered. */
async function chartsLeft(
  source: Source,
  chosen: readonly TreeEntry[],
  charts: readonly string[],
  rendered: readonly string[],
  signal?: AbortSignal,
): Promise<Diagnostic[]> {
  const left = charts.filter((chart) => !rendered.some((it) => isBelow(chart, it)));
  const templates = (chart: string): TreeEntry[] =>
    chosen.filter(({ path, kind }) => kind === 'file' && isBelow(path, posix.join(chart, 'templates')));
  const contents = await source.tree.read(left.flatMap(templates), signal);
  const ofMesh = left.filter((chart) =>
    templates(chart).some(({ path }) => {
      const content = decode(contents.get(path));
      return 'text' in content && /(istio|gateway\.networking\.k8s)\.io\//.test(content.text);
    }),
  );
  return ofMesh.map((chart) => ({
    severity: 'warning',
    message: `the Helm chart ${chart} has configuration of the mesh and is not rendered`,
    location: { file: posix.join(chart, 'Chart.yaml'), line: 1, column: 1 },
    fix: `render it with --helm ${chart}, or list it under helm in .mesh.yaml`,
  }));
}
