import { isObject } from '../model/json.ts';
import { matchesSelector } from './label-selector.ts';
import { objects } from './objects.ts';
import type { ExportTo, MeshConfig } from './types.ts';

export type ServiceEntryVisibility = (
  exportTo: ExportTo,
  namespace: string,
  namespaceLabels: Record<string, string>,
) => ExportTo;

/**
 * How far the mesh lets ServiceEntries be seen (MeshConfig.serviceEntryVisibility, push_context.serviceExportTo): the
 * first policy whose rules all match, else the default. It narrows `exportTo`, and only where it applies to sidecars.
 */
export function serviceEntryVisibility(mesh: MeshConfig): ServiceEntryVisibility {
  const settings = mesh['serviceEntryVisibility'];
  if (!isObject(settings) || settings['applyToSidecars'] !== true) return (exportTo) => exportTo;
  return (exportTo, namespace, labels) => {
    if (exportTo.size === 1 && exportTo.has('~')) return exportTo;
    const policy = objects(settings['policies']).find((item) =>
      objects(item['matchingRules']).every((rule) => {
        const selector = rule['namespaceSelector'];
        return isObject(selector) && matchesSelector(selector, labels);
      }),
    );
    const visibility = policy ? policy['visibility'] : settings['defaultVisibility'];
    if (visibility === 'NONE') return new Set(['~']);
    if (visibility !== 'NAMESPACE') return exportTo;
    return new Set([exportTo.has('*') || exportTo.has(namespace) ? namespace : '~']);
  };
}
