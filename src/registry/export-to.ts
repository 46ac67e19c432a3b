import type { ExportTo } from './types.ts';

/** An `exportTo` list as a set: spaces trimmed, '.' resolved to the own namespace. Undefined where it says nothing. */
export function exportToSet(list: readonly unknown[] | undefined, namespace: string): Set<string> | undefined {
  if (!list || list.length === 0) return undefined;
  return new Set(list.map((item) => String(item).trim()).map((item) => (item === '.' ? namespace : item)));
}

/** Whether an object with this `exportTo` is visible in a namespace: `~` hides it from all but explicit entries. */
export function isExportedTo(exportTo: ExportTo, namespace: string): boolean {
  return exportTo.has('*') || (!exportTo.has('~') && exportTo.has(namespace));
}

/**
 * Where the mesh exports an object that says nothing itself (istiod's `exportToDefaults`).
 *
 * @param namesNamespaces whether the list may name namespaces; if not, only `.` and `*` count, `.` first
 */
export function defaultExportTo(list: readonly unknown[], namespace: string, namesNamespaces: boolean): ExportTo {
  const items = list.map((item) => String(item).trim());
  if (namesNamespaces || items.length === 0) return exportToSet(items, namespace) ?? new Set(['*']);
  if (items.includes('.')) return new Set([namespace]);
  return new Set([items.includes('*') ? '*' : '~']);
}
