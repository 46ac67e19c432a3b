import type { ClusterState } from '../model/cluster-state.ts';
import type { RegistryInput } from '../registry/types.ts';

/** What the registry is built from: the API server's objects and what istiod itself says of its settings. */
export function toRegistryInput(state: ClusterState): RegistryInput {
  // Those of another namespace than the root's are another mesh's.
  const namespaces = state.istiods.map((it) => it.namespace).sort();
  const root = namespaces.includes('istio-system') ? 'istio-system' : namespaces[0];
  const own = state.istiods.filter((it) => it.namespace === root);
  const istiod = own.find((it) => it.mesh !== undefined) ?? own[0];
  const { resources, unseenClusters, assumed } = state;
  const answers = istiod && { mesh: istiod.mesh, version: istiod.version };
  const input = { resources, accepted: resources, istiod: answers, unseenClusters, assumed };
  if (!state.standpoint) return input;
  const { remotes, clusterId, name } = state.standpoint;
  return { ...input, remotes, home: clusterId, homeName: name };
}
