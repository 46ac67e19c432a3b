import type { ClusterState, RemoteCluster, Standpoint } from '../../model/cluster-state.ts';
import { type ClusterIdentity, identityOf } from '../../registry/cluster-identity.ts';
import type { NamedState } from './named-state.ts';

/** A cluster with what is known of its place in the mesh. */
interface Member extends NamedState, ClusterIdentity {
  /** Ids of the clusters that its istiods read; undefined where none of them told. */
  reads: ReadonlySet<string> | undefined;
}

/**
 * Sets each cluster's proxies beside the configuration that they get: that of their own cluster where it has an istiod;
 * else that of the cluster whose istiod they are connected to, or which reads theirs. Services and endpoints come from all
 * clusters that this istiod reads (`/debug/clusterz`); where it does not tell, from all that were read.
 */
export function standpoints(states: readonly NamedState[]): ClusterState[] {
  const members = states.map((it): Member => ({ ...it, ...identityOf(it.state.resources), reads: readsOf(it.state) }));
  return members.map((member) => {
    const primary = member.controls ? member : (primaryOf(member, members) ?? member);
    const remotes = members.filter((other) => isRemote(other, primary));
    const standpoint: Standpoint = {
      name: member.name,
      clusterId: member.clusterId,
      config: primary.name,
      names: new Map(members.filter((it) => it !== member).map((it) => [it.clusterId, it.name])),
      remotes: remotes.map(({ clusterId, state }): RemoteCluster => ({ clusterId, resources: state.resources })),
    };
    const read = new Set([primary, ...remotes].map(({ clusterId }) => clusterId));
    const unseenClusters = [...(primary.reads ?? [])].filter((id) => !read.has(id)).sort();
    const { resources, istiods } = primary.state;
    // What the primary's API server refuses is told where its own proxies are; istiod is not missed where another serves.
    const skipped = member.state.skipped.filter(({ what }) => primary === member || what !== 'istiod');
    return { ...member.state, resources, istiods, skipped, standpoint, unseenClusters };
  });
}

/** Ids of clusters that one cluster's istiods read and that were not: all but its own. */
export function unseenOf(state: ClusterState): string[] {
  const { clusterId } = identityOf(state.resources);
  return [...(readsOf(state) ?? [])].filter((id) => id !== clusterId).sort();
}

function readsOf({ istiods }: ClusterState): ReadonlySet<string> | undefined {
  const told = istiods.flatMap(({ clusterz }) => (clusterz ? [clusterz] : []));
  return told.length === 0 ? undefined : new Set(told.flat().map((row) => String(row['id'])));
}

/** Two clusters of one id cannot be of one mesh. */
function isRemote(other: Member, primary: Member): boolean {
  if (other.clusterId === primary.clusterId) return false;
  return primary.reads?.has(other.clusterId) ?? true;
}

/** The cluster whose istiods have most of the proxies of one without an istiod, else the first that reads it. */
function primaryOf(member: Member, members: readonly Member[]): Member | undefined {
  const candidates = members.filter((other) => other.controls && isRemote(member, other));
  const connected = (it: Member): number =>
    it.state.istiods.flatMap(({ syncz }) => syncz ?? []).filter((row) => row['cluster_id'] === member.clusterId).length;
  return candidates.sort((a, b) => connected(b) - connected(a))[0];
}
