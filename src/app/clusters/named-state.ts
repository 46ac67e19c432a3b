import type { ClusterState, Problem } from '../../model/cluster-state.ts';

/** A cluster that was read, under the name of its context. */
export interface NamedState {
  name: string;
  state: ClusterState;
}

/** A cluster that could not be read at all. */
export interface UnreadCluster {
  name: string;
  problem: Problem;
}

/** All that was read of several clusters; a failure of one is its own. */
export interface ReadClusters {
  states: NamedState[];
  unread: UnreadCluster[];
}
