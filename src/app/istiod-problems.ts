import type { ClusterState, IstiodAnswers } from '../model/cluster-state.ts';
import type { Diagnostic } from '../model/report.ts';

/** Each istiod that did not answer all: then a proxy that is not seen may be connected to it. */
export function istiodProblems(state: ClusterState, severity: Diagnostic['severity'] = 'error'): Diagnostic[] {
  return state.istiods
    .filter((istiod) => istiod.syncz === undefined)
    .map((istiod) => ({
      severity,
      subject: istiod.podName,
      message: `istiod ${istiod.podName} did not tell what its proxies acknowledged${reasonOf(istiod)}`,
      fix: istiod.problems[0]?.advice || 'without it, proxies that are connected to it are in no known state',
    }));
}

/** Each istiod whose settings are not known, for commands that compile alone. */
export function silentIstiods(state: ClusterState): (Diagnostic & { fix: string })[] {
  return state.istiods
    .filter((istiod) => istiod.mesh === undefined)
    .map((istiod) => {
      const advice = istiod.problems[0]?.advice ?? '';
      return {
        severity: 'warning',
        subject: istiod.podName,
        message: `istiod ${istiod.podName} did not tell the mesh config in force${reasonOf(istiod)}`,
        fix: `${advice === '' ? '' : `${advice} `}Its ConfigMap is taken in its place.`,
      };
    });
}

function reasonOf({ problems }: IstiodAnswers): string {
  return problems[0] ? `: ${problems[0].message}` : '';
}
