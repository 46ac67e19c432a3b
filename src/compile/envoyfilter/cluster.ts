import type { Cluster, Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { cloneDerived, deriveField, originsAt } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { parseClusterName } from '../cluster/name.ts';
import { mergeAny, mergeMessage } from './merge.ts';
import { addsIn, type Context, isMerge, messageOf, type Patch, patchesFor, untilPanic, valueOf } from './patch.ts';

/** Clusters that istiod builds beside its patches. */
const unpatched = new Set([
  'sds-external',
  'connect_originate',
  'main_internal',
  'inner_connect_originate',
  'outer_connect_originate',
]);

/**
 * Patches a proxy's clusters (istiod's `ApplyClusterMerge`, `InsertedClusters`). In place.
 *
 * @returns the clusters that remain, with those added; of several with one name the first
 */
export function patchClusters(
  clusters: Cluster[],
  patches: readonly Patch[],
  proxy: Proxy,
  registry: Registry,
): Cluster[] {
  const contexts: Context[] = proxy.type === 'router' ? ['GATEWAY'] : ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'];
  const kept = clusters.filter((cluster) => {
    if (unpatched.has(cluster.name)) return true;
    const context = proxy.type === 'router' ? 'GATEWAY' : isInbound(cluster) ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND';
    return patchCluster(cluster, patchesFor(patches, 'CLUSTER', context), inboundHosts(cluster, proxy, registry));
  });
  const names = new Set(kept.map(({ name }) => name));
  untilPanic(() => {
    for (const context of contexts)
      for (const patch of addsIn(patches, 'CLUSTER', context)) addCluster(kept, names, patch);
  });
  return kept;
}

function addCluster(clusters: Cluster[], names: Set<string>, patch: Patch): void {
  const added = cloneDerived(valueOf(patch)) as Cluster;
  patch.applied = true;
  if (names.has(added.name)) return;
  names.add(added.name);
  clusters.push(added);
}

function isInbound(cluster: Cluster): boolean {
  return cluster.name.startsWith('inbound|') || cluster.name.startsWith('InboundPassthrough');
}

/** A `service` match of an inbound cluster looks at the hosts of the services behind the port, which its name has not got. */
function inboundHosts(cluster: Cluster, proxy: Proxy, registry: Registry): string[] {
  const name = parseClusterName(cluster.name);
  if (!name || !isInbound(cluster)) return [];
  return registry
    .serviceTargets(proxy)
    .filter(({ targetPort }) => targetPort === name.port)
    .map(({ service }) => service.hostname);
}

/** @returns whether the cluster stays */
function patchCluster(cluster: Cluster, patches: readonly Patch[], hosts: readonly string[]): boolean {
  let stays = true;
  untilPanic(() => {
    for (const patch of patches) {
      if (patch.operation !== 'REMOVE' && !isMerge(patch)) continue;
      if (!clusterMatches(cluster, patch, hosts)) continue;
      patch.applied = true;
      if (patch.operation === 'REMOVE') {
        stays = false;
        return;
      }
      if (!mergeTransportSocket(cluster, valueOf(patch)))
        mergeMessage(cluster, valueOf(patch), messageOf.CLUSTER, patch.operation === 'MERGE_AND_REPLACE_LIST');
    }
  });
  return stays;
}

function clusterMatches(cluster: Cluster, patch: Patch, hosts: readonly string[]): boolean {
  const match = patch.match['cluster'];
  if (!isObject(match)) return true;
  if (match['name']) return match['name'] === cluster.name;
  const parsed = parseClusterName(cluster.name);
  const names = hosts.length > 0 ? hosts : [parsed?.hostname ?? ''];
  if (match['subset'] && match['subset'] !== parsed?.subset) return false;
  if (match['service'] && !names.includes(String(match['service']))) return false;
  return !match['portNumber'] || match['portNumber'] === parsed?.port;
}

/**
 * A patch with a transport socket is merged into the cluster's socket of that name, and nothing else of it counts
 * (istiod's `mergeTransportSocketCluster`). Where the cluster chooses among sockets by metadata and none has the name,
 * the patch is dropped; where its only socket has another name, it is replaced.
 *
 * @returns whether the patch was dealt with
 */
function mergeTransportSocket(cluster: Cluster, value: Message): boolean {
  const added = value['transport_socket'];
  if (!isObject(added)) return false;
  const matches = Array.isArray(cluster['transport_socket_matches']) ? cluster['transport_socket_matches'] : [];
  const sockets: unknown[] =
    matches.length > 0 ? matches.map((item) => item?.transport_socket) : [cluster['transport_socket']];
  const socket = sockets.find((item) => isObject(item) && item['name'] === added['name']) as Message | undefined;
  if (socket) mergeTypedConfig(socket, added);
  else if (matches.length === 0) {
    cluster['transport_socket'] = cloneDerived(added);
    deriveField(cluster, 'transport_socket', ...originsAt(value, ['transport_socket']));
  }
  return true;
}

/** Merges the `typed_config` of two sockets or filters, where both have one. */
export function mergeTypedConfig(target: Message, source: Message): void {
  if (!isObject(target['typed_config']) || !isObject(source['typed_config'])) return;
  target['typed_config'] = mergeAny(target['typed_config'], source['typed_config']);
}
