import type { Resource } from '../../model/resource.ts';
import type { Diagnostic, SkippedFile } from '../../source/diagnostic.ts';
import type { MeshConfigFile } from '../../source/mesh-config/read.ts';
import { isBelow } from '../../source/paths.ts';
import type { TreeEntry } from '../../source/tree.ts';
import { hiddenEntries } from './manifests.ts';
import type { Source } from './open.ts';
import type { DesiredOptions } from './types.ts';

export interface RenderPlan extends Omit<DesiredOptions, 'paths'> {
  paths: readonly string[];
  config: MeshConfigFile;
  namespace: string;
}

export interface Rendered {
  resources: Resource[];
  diagnostics: Diagnostic[];
  skipped: SkippedFile[];
  /** The files that are read as they stand. */
  manifests: TreeEntry[];
}

const manifestName = /\.(ya?ml|json)$/i;

export async function renderAll(
  _source: Source,
  entries: readonly TreeEntry[],
  plan: RenderPlan,
  _signal?: AbortSignal,
): Promise<Rendered> {
  const chosen = entries.filter(({ path }) => plan.paths.length === 0 || plan.paths.some((it) => isBelow(path, it)));
  return {
    resources: [],
    diagnostics: hiddenEntries(chosen),
    skipped: [],
    manifests: chosen.filter(({ path }) => manifestName.test(path)),
  };
}
