import { withAdvice } from '../model/advice.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import type { Desired } from './desired/index.ts';
import { isHiddenKind } from './hidden-kinds.ts';
import { silentIstiods } from './istiod-problems.ts';

/** What could not be read, for commands that print sentences in place of a report. */
export interface Gaps {
  /** Each begins with `error: ` or `warning: `. */
  notes: string[];
  /** Whether nothing is missing without which the answer may be wrong. */
  complete: boolean;
}

/** What of the cluster and of Git could not be read, which rights are missing for it, and what cannot be told without. */
export function gapsOf(state: ClusterState, git: Pick<Desired, 'diagnostics'> | undefined): Gaps {
  // A kind that the server has not got is no gap.
  const skipped = state.skipped.filter(({ reason }) => reason !== 'not-served');
  const told = git?.diagnostics.filter(({ severity }) => severity === 'error') ?? [];
  const notes = [
    ...skipped.map((it) => `${isHiddenKind(it) || it.essential ? 'error' : 'warning'}: ${it.message}`),
    ...silentIstiods(state).map(({ message, fix }) => `warning: ${withAdvice(message, fix)}`),
    ...told.map(({ message }) => `error: ${message}`),
  ];
  return { notes, complete: !notes.some((note) => note.startsWith('error')) };
}
