import type { Resource } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import type { Diagnostic, SkippedFile } from '../../source/diagnostic.ts';
import { readManifest } from '../../source/manifest.ts';
import { decode, type Tree, type TreeEntry, utf16 } from '../../source/tree.ts';
import { scanWaivers } from '../../source/waiver/scan.ts';

export interface ReadManifests {
  resources: Resource[];
  diagnostics: Diagnostic[];
  skipped: SkippedFile[];
  waivers: Waiver[];
}

/** Reads the objects of many files; what is passed by is listed, and what hides objects is said. */
export async function readManifests(
  tree: Tree,
  entries: readonly TreeEntry[],
  namespace: string,
  signal?: AbortSignal,
): Promise<ReadManifests> {
  const result: ReadManifests = { resources: [], diagnostics: [], skipped: [], waivers: [] };
  const files = entries.filter(({ kind }) => kind === 'file');
  const contents = await tree.read(files, signal);
  for (const { path } of files) {
    const content = decode(contents.get(path));
    if ('skipped' in content) {
      result.skipped.push({ file: path, reason: content.skipped });
      result.diagnostics.push({
        // Large JSON is data far more often than manifests.
        severity: path.endsWith('.json') ? 'info' : content.skipped === utf16 ? 'error' : 'warning',
        message: `the file was not read: ${content.skipped}`,
        location: { file: path, line: 1, column: 1 },
        fix: advice[content.skipped] ?? 'if it holds manifests, see why the file cannot be read',
      });
      continue;
    }
    const { resources, diagnostics, skipped } = readManifest(path, content.text, { namespace });
    result.resources.push(...resources);
    result.diagnostics.push(...diagnostics);
    if (skipped === undefined) result.waivers.push(...scanWaivers(path, content.text));
    else result.skipped.push({ file: path, reason: skipped });
  }
  const templates = result.skipped.filter(({ reason }) => reason === 'a template').map(({ file }) => file);
  if (templates.length > 0)
    result.diagnostics.push({
      severity: 'warning',
      message: `${listed(templates, 'file')} not read: templates that must be rendered first`,
      location: { file: templates[0] as string, line: 1, column: 1 },
      fix: 'render the chart with --helm, or leave the files out with --path',
    });
  return result;
}

const advice: Readonly<Record<string, string>> = {
  [utf16]: 'save it as UTF-8; until then its objects count as absent from Git',
  binary: 'if it holds manifests, save it as text in UTF-8',
  'too large': 'if it holds manifests, split it into smaller files',
};

/** What links and submodules below the paths hide. */
export function hiddenEntries(entries: readonly TreeEntry[]): Diagnostic[] {
  const named = (kind: TreeEntry['kind']): string[] => entries.filter((it) => it.kind === kind).map(({ path }) => path);
  const links = named('symlink');
  const submodules = named('submodule');
  const diagnostics: Diagnostic[] = [];
  if (links.length > 0)
    diagnostics.push({
      severity: 'info',
      message: `${listed(links, 'symbolic link')} not followed`,
      location: { file: links[0] as string, line: 1, column: 1 },
      fix: 'what a link points to is read where it really is, if that is below the paths',
    });
  if (submodules.length > 0)
    diagnostics.push({
      severity: 'warning',
      message: `${listed(submodules, 'submodule')} not read`,
      location: { file: submodules[0] as string, line: 1, column: 1 },
      fix: "compare a submodule's repository by itself: --git with its URL or directory",
    });
  return diagnostics;
}

function listed(paths: readonly string[], noun: string): string {
  const shown = paths.slice(0, 3).join(', ');
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `${paths.length} ${noun}${paths.length === 1 ? '' : 's'} (${shown}${more})`;
}
