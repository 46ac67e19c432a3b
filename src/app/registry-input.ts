import type { ClusterState } from '../model/cluster-state.ts';
import type { RegistryInput } from '../registry/types.ts';

/** What the registry is built from: the API server's objects and what istiod itself says of its settings. */
export function toRegistryInput(state: ClusterState): RegistryInput {
  const istiod = state.istiods.find((it) => it.mesh !== undefined) ?? state.istiods[0];
  return { resources: state.resources, istiod: istiod && { mesh: istiod.mesh, version: istiod.version } };
}
