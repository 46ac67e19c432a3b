import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseLabelSelector } from '../../io/label-selector.ts';
import type { Diagnostic } from '../../source/diagnostic.ts';
import { SourceError } from '../../source/diagnostic.ts';
import { mergeResources } from '../../source/merge.ts';
import { type MeshConfigFile, readMeshConfig } from '../../source/mesh-config/read.ts';
import { ownershipBy } from '../../source/ownership.ts';
import { resolvePaths } from '../../source/paths.ts';
import { decode, type TreeEntry } from '../../source/tree.ts';
import { readManifests } from './manifests.ts';
import { openSource, type Source } from './open.ts';
import { renderAll } from './render.ts';
import type { Desired, DesiredOptions } from './types.ts';
import { whereaboutsOf } from './whereabouts.ts';

export type { Desired, DesiredOptions } from './types.ts';

const defaultConfigFile = '.mesh.yaml';

/**
 * Reads what Git says the mesh should be: the manifests of a ref or of the files as they are, with Kustomize directories
 * and Helm charts rendered, by the flags and the project file. Nothing is checked out and nothing in the user's
 * directories changes.
 *
 * @throws SourceError, with what to do about it, where the source cannot be read or holds nothing
 */
export async function readDesired(options: DesiredOptions, signal?: AbortSignal): Promise<Desired> {
  const source = await openSource(options, signal);
  try {
    return await readSource(source, options, signal);
  } finally {
    await source.close();
  }
}

async function readSource(source: Source, options: DesiredOptions, signal?: AbortSignal): Promise<Desired> {
  const entries = await source.tree.list([], signal);
  const files = [...entries.map(({ path }) => path), ...(await emptyFolders(source, options))];
  const { config, file: configFile } = await readConfig(source, entries, options, signal);
  const ownership = ownershipBy(config.ownership, selectorOf(config));
  const base = { root: source.repository, prefix: source.prefix };
  const paths = options.paths?.length
    ? resolvePaths(options.paths, base, files)
    : resolvePaths(config.paths ?? [], { ...base, prefix: '' }, files);
  const namespace = options.namespace ?? config.namespace ?? 'default';

  const rendered = await renderAll(source, entries, { ...options, paths, config, namespace }, signal);
  const read = await readManifests(source.tree, rendered.manifests, namespace, signal);
  const { resources, diagnostics } = mergeResources([...read.resources, ...rendered.resources]);
  const found: Diagnostic[] = [...rendered.diagnostics, ...read.diagnostics, ...diagnostics];
  if (resources.length === 0 && !options.mayBeEmpty) throw nothingThere(source, paths, found);
  const scope = paths.filter((path) => path !== '');
  return {
    repository: source.repository,
    ref: source.ref,
    commit: source.commit,
    paths: scope,
    resources,
    diagnostics: found,
    skipped: [...rendered.skipped, ...read.skipped],
    config,
    waivers: [...rendered.waivers, ...read.waivers],
    ...(configFile === undefined ? {} : { configFile }),
    owns: (resource) => ownership(resource).owned,
    ownership,
    whereabouts: await whereaboutsOf(source, rendered.outside, namespace, signal),
  };
}

/** Folders that were asked for and exist without files; Git does not know such, a work tree does. */
async function emptyFolders(source: Source, options: DesiredOptions): Promise<string[]> {
  if (source.commit !== '') return [];
  const found = (options.paths ?? []).map(async (path) => {
    const folder = resolve(source.repository, source.prefix, path);
    const isFolder = await stat(folder).then(
      (it) => it.isDirectory(),
      () => false,
    );
    return isFolder ? [`${relative(source.repository, folder).replaceAll('\\', '/')}/`] : [];
  });
  return (await Promise.all(found)).flat();
}

async function readConfig(
  source: Source,
  entries: readonly TreeEntry[],
  options: DesiredOptions,
  signal?: AbortSignal,
): Promise<{ config: MeshConfigFile; file?: string }> {
  if (options.config !== undefined) {
    const onDisk = await readFile(resolve(options.cwd, options.config), 'utf8').catch(() => undefined);
    if (onDisk !== undefined) return { config: readMeshConfig(options.config, onDisk), file: options.config };
  }
  const wanted = options.config ?? defaultConfigFile;
  const entry = entries.find(({ path, kind }) => path === wanted && kind === 'file');
  if (!entry) {
    if (options.config === undefined) return { config: {} };
    throw new SourceError(`there is no project file ${options.config}`, 'name an existing file with --config');
  }
  const content = decode((await source.tree.read([entry], signal)).get(entry.path));
  if ('skipped' in content) throw new SourceError(`${wanted} cannot be read: ${content.skipped}`, 'check the file');
  return { config: readMeshConfig(wanted, content.text), file: wanted };
}

function selectorOf(config: MeshConfigFile): ((labels: Record<string, string>) => boolean) | undefined {
  const text = config.ownership?.selector;
  if (text === undefined) return undefined;
  const test = parseLabelSelector(text);
  if (!test) throw new SourceError(`ownership.selector is no label selector: ${text}`, "write it as for kubectl's -l");
  return test;
}

function nothingThere(source: Source, paths: readonly string[], diagnostics: readonly Diagnostic[]): SourceError {
  const where = paths.length > 0 ? paths.map((path) => path || '.').join(', ') : 'the repository';
  const at = source.commit === '' ? 'among the files' : `at ${source.ref} (${source.commit.slice(0, 12)})`;
  const [first] = diagnostics.filter(({ severity }) => severity !== 'info');
  const because = first
    ? `; ${first.location ? `${first.location.file}:${first.location.line}: ` : ''}${first.message}`
    : '';
  return new SourceError(
    `no Kubernetes object was found in ${where} ${at}${because}`,
    first?.fix || 'check --path and --ref; charts are rendered with --helm',
  );
}
