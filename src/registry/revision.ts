import { ResourceIndex } from './resources.ts';

/**
 * Leaves out Istio's own objects that are labelled for another control plane: `istio.io/rev` must name the revision that
 * istiod runs as (pkg/config.LabelsInRevision). Objects without the label belong to every revision, and an istiod
 * without a revision reads all.
 */
export function inRevision(resources: ResourceIndex, revision: string): ResourceIndex {
  if (revision === '') return resources;
  const all = resources.all();
  const own = all.filter(({ group, metadata }) => {
    const wanted = metadata.labels['istio.io/rev'];
    return wanted === undefined || wanted === revision || !group.endsWith('.istio.io');
  });
  return own.length === all.length ? resources : new ResourceIndex(own);
}
