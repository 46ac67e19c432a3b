import type { Resource } from '../model/resource.ts';
import { matchesSelector } from './label-selector.ts';
import { objects } from './objects.ts';
import { ResourceIndex } from './resources.ts';
import type { IstiodEnvironment, MeshConfig } from './types.ts';

/**
 * The objects that istiod looks at: those of the namespaces that MeshConfig.discoverySelectors choose (any selector is
 * enough, none chooses all; pkg/kube/namespace.DiscoveryNamespacesFilter), without config that is labelled for another
 * revision (config.LabelsInRevision). Cluster-scoped objects are always read.
 */
export function readByIstiod(
  resources: ResourceIndex,
  mesh: MeshConfig,
  environment: IstiodEnvironment,
): ResourceIndex {
  const selectors = objects(mesh['discoverySelectors']);
  const revision = environment.text('REVISION', '');
  const chosen = new Set(
    resources
      .list('Namespace')
      .filter(({ metadata }) => selectors.some((selector) => matchesSelector(selector, metadata.labels)))
      .map(({ metadata }) => metadata.name),
  );
  const isRead = (item: Resource): boolean => {
    const { namespace } = item.metadata;
    return (selectors.length === 0 || namespace === '' || chosen.has(namespace)) && isInRevision(item, revision);
  };
  const all = resources.all();
  return all.every(isRead) ? resources : new ResourceIndex(all.filter(isRead));
}

/** Whether a config is read by the control plane of a revision: unlabelled config is read by all of them. */
function isInRevision(item: Resource, revision: string): boolean {
  const label = item.metadata.labels['istio.io/rev'];
  return label === undefined || revision === '' || label === revision || !item.group.endsWith('.istio.io');
}
