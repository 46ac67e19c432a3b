import type { ClusterState } from '../../model/cluster-state.ts';

type OnProgress = (done: number, of: number) => void;

/** Counts the proxies of all clusters while they are read one cluster after the other. */
export function progressOver(
  states: readonly ClusterState[],
  onProgress: OnProgress | undefined,
): (state: ClusterState) => OnProgress {
  const total = states.reduce((sum, { proxies }) => sum + proxies.length, 0);
  let before = 0;
  return (state) => {
    const offset = before;
    before += state.proxies.length;
    return (done) => onProgress?.(offset + done, total);
  };
}

/** Whether the flags select no proxy in any of them: then nothing would be examined. */
export function selectsNone(states: readonly ClusterState[]): boolean {
  return states.every(({ proxies }) => proxies.length === 0);
}
