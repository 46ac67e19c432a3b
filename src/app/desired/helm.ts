import { posix } from 'node:path';
import { extract } from '../../io/render/extract.ts';
import { runHelm } from '../../io/render/helm.ts';
import { valueAt } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import { SourceError } from '../../source/diagnostic.ts';
import { readDocuments, type SourceDocument } from '../../source/documents.ts';
import { sourceFile, splitRendered } from '../../source/helm/rendered.ts';
import { readSkeleton, type Skeleton } from '../../source/helm/skeleton.ts';
import { traceHelm } from '../../source/helm/trace.ts';
import { toDesiredResource } from '../../source/manifest.ts';
import type { HelmRelease } from '../../source/mesh-config/read.ts';
import { isKubernetesObject } from '../../source/object.ts';
import { isBelow } from '../../source/paths.ts';
import { decode, type Tree, type TreeEntry } from '../../source/tree.ts';
import { scanWaivers } from '../../source/waiver/scan.ts';

/**
 * Renders a release on a temporary copy of its chart, each object led back to the chart's templates and values, where waivers stand too.
 *
 * @param release with paths from the root of the repository
 * @throws SourceError where it cannot be rendered
 */
export async function renderHelm(
  tree: Tree,
  entries: readonly TreeEntry[],
  release: Required<HelmRelease>,
  signal?: AbortSignal,
): Promise<{ resources: Resource[]; waivers: Waiver[] }> {
  const { chart, values } = release;
  const files = entries.filter(({ path, kind }) => kind === 'file' && (isBelow(path, chart) || values.includes(path)));
  if (!files.some(({ path }) => path === posix.join(chart, 'Chart.yaml')))
    throw new SourceError(`${chart || '.'} is no Helm chart: it has no Chart.yaml`, 'name the directory of a chart');
  const contents = await tree.read(files, signal);
  const extracted = new Map<string, Buffer>();
  for (const [path, content] of contents) if ('bytes' in content) extracted.set(path, content.bytes);
  const text = (path: string): string | undefined => {
    const content = decode(contents.get(path));
    return 'text' in content ? content.text : undefined;
  };
  const extraction = await extract(extracted);
  try {
    const rendered = await runHelm(extraction.directory, release, signal);
    const waivers = files.flatMap(({ path }) => (/\.ya?ml$/.test(path) ? scanWaivers(path, text(path) ?? '') : []));
    return { resources: toResources(rendered, release, text), waivers };
  } finally {
    await extraction.remove();
  }
}

function toResources(
  rendered: string,
  release: Required<HelmRelease>,
  text: (path: string) => string | undefined,
): Resource[] {
  const { chart, namespace } = release;
  const valueFiles = [...release.values].reverse().concat(posix.join(chart, 'values.yaml'));
  const values = valueFiles.flatMap((file): SourceDocument[] => readDocuments(file, text(file) ?? ''));
  const skeletons = new Map<string, Skeleton>();
  return splitRendered(rendered).flatMap(({ object, source }) => {
    if (!isKubernetesObject(object) || isTest(object)) return [];
    const template = sourceFile(source, chart);
    const skeleton = skeletons.get(template) ?? readSkeleton(template, text(template) ?? '');
    skeletons.set(template, skeleton);
    return [toDesiredResource(object, namespace, traceHelm(object, template, skeleton, values))];
  });
}

/** Pods of `helm test` are not part of what a release installs. */
function isTest(object: object): boolean {
  return /^test(-success|-failure)?$/.test(String(valueAt(object, ['metadata', 'annotations', 'helm.sh/hook'])));
}
