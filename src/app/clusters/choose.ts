import type { ClusterState } from '../../model/cluster-state.ts';
import type { Resource } from '../../model/resource.ts';
import { UserError } from '../inputs.ts';
import { splitCluster } from './named-state.ts';
import type { Mesh } from './read.ts';
import { noSuchCluster } from './select.ts';

/** The pods of the cluster whose proxies a state tells of. */
export function podsAt({
  resources,
  standpoint,
}: Pick<ClusterState, 'standpoint'> & { resources: readonly Resource[] }): Resource[] {
  const home = standpoint?.remotes.find(({ clusterId }) => clusterId === standpoint.clusterId);
  return (home?.resources ?? resources).filter((it) => it.kind === 'Pod' && it.group === '');
}

/**
 * The cluster where something named `NS/NAME` or `NS/NAME@CLUSTER` is.
 *
 * @param has whether a cluster has what is named; it throws UserError where it has not
 * @returns its state, and the name without the cluster
 * @throws UserError where no cluster has it, or several and none is named
 */
export function chooseState(
  { states }: Pick<Mesh, 'states'>,
  given: string,
  has: (state: ClusterState, name: string) => void,
): { state: ClusterState; name: string } {
  const { name, cluster } = splitCluster(given);
  const names = states.map(({ standpoint }) => standpoint?.name ?? '');
  const [only] = states;
  if (only && states.length === 1 && (cluster === undefined || names[0] === cluster)) return { state: only, name };
  if (cluster !== undefined) {
    const state = states[names.indexOf(cluster)];
    if (!state) throw noSuchCluster(cluster, names);
    return { state, name };
  }
  let refused: unknown;
  const found = states.filter((state) => {
    try {
      has(state, name);
      return true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused ??= error;
      return false;
    }
  });
  const [first] = found;
  if (!first) throw refused;
  if (found.length === 1) return { state: first, name };
  const where = found.map(({ standpoint }) => `${name}@${standpoint?.name}`);
  throw new UserError(`${name} is in several clusters; write ${where.join(' or ')}`);
}
