import type { ClusterState, Problem } from '../../model/cluster-state.ts';

/** A cluster that was read, under the name of its context. */
export interface NamedState {
  name: string;
  state: ClusterState;
}

/** `NS/POD@CLUSTER` in two; names of contexts may have an `@` themselves, names of objects cannot. */
export function splitCluster(given: string): { name: string; cluster: string | undefined } {
  const at = given.indexOf('@');
  return at < 0 ? { name: given, cluster: undefined } : { name: given.slice(0, at), cluster: given.slice(at + 1) };
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
