import type { ClusterState } from '../model/cluster-state.ts';
import type { Diagnostic } from '../model/report.ts';

/** Each istiod that did not answer all: then a proxy that is not seen may be connected to it. */
export function istiodProblems(state: ClusterState): Diagnostic[] {
  return state.istiods
    .filter((istiod) => istiod.syncz === undefined)
    .map(({ podName, problems }) => ({
      severity: 'error',
      subject: podName,
      message: `istiod ${podName} did not tell what its proxies acknowledged${problems[0] ? `: ${problems[0].message}` : ''}`,
      fix: problems[0]?.advice ?? 'without it, proxies that are connected to it are in no known state',
    }));
}
