import type { JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { readByIstiod } from './discovery.ts';
import type { Istiod } from './environment.ts';
import { type ClusterInput, type KubernetesCluster, kubernetesCluster } from './kubernetes-cluster.ts';
import { findMeshConfigMap, meshConfig } from './mesh-config.ts';
import { networkResolver } from './network.ts';
import { ResourceIndex } from './resources.ts';
import type { MeshConfig } from './types.ts';

/** What istiod brings to every cluster that it reads. */
export interface RemoteContext {
  common: Omit<ClusterInput, 'everything'> & { mesh: MeshConfig };
  istiod: Istiod;
  networks: JsonObject;
  /** Minor version of the control plane. */
  minor: number;
}

const known = new WeakMap<readonly Resource[], ResourceIndex>();

/**
 * A further cluster that istiod reads by a remote secret (kube/controller/multicluster.go): its Services, endpoints, pods
 * and nodes, chosen by the same discovery selectors. Its network is that of its own system namespace, its identities are
 * of the trust domain of its own mesh config; of its configuration nothing counts.
 */
export function remoteCluster(
  { clusterId, resources }: { clusterId: string; resources: readonly Resource[] },
  { common, istiod, networks, minor }: RemoteContext,
): KubernetesCluster {
  let everything = known.get(resources);
  if (!everything) known.set(resources, (everything = new ResourceIndex(resources)));
  const { environment } = common;
  const configMap = findMeshConfigMap(everything, istiod.namespace, environment.text('REVISION', 'default'));
  const systemNamespace = everything.get('', 'Namespace', '', istiod.namespace);
  return kubernetesCluster({
    ...common,
    clusterId,
    everything,
    resources: readByIstiod(everything, common.mesh, environment),
    networkOf: networkResolver(networks, clusterId, systemNamespace),
    trustDomain: meshConfig(configMap, minor).trustDomain,
  });
}
