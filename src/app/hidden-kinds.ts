import { kindName, kinds } from '../io/kube/kinds.ts';
import type { ClusterState, Skipped } from '../model/cluster-state.ts';
import type { Diagnostic } from '../model/report.ts';
import type { Resource } from '../model/resource.ts';

/** Those that shape what a proxy holds. */
const names: ReadonlySet<string> = new Set(kinds.filter(({ optional }) => !optional).map(kindName));

/** Whether a row tells of a kind that the server has and that could not be read; a file of a capture is one too. */
export function isHiddenKind({ what, reason }: Skipped): boolean {
  return reason !== 'not-served' && names.has(kindOfRow(what));
}

function kindOfRow(what: string): string {
  return what.replace(/^resources\//, '').replace(/\.json$/, '');
}

/**
 * The kinds that there are and that were not read: forbidden, or the server failed. An object of such a kind is neither
 * there nor absent, and what follows from all objects (what a proxy should hold) is not known.
 */
export function hiddenKinds(state: Pick<ClusterState, 'skipped'>): ReadonlySet<string> {
  return new Set(state.skipped.filter(isHiddenKind).map(({ what }) => kindOfRow(what)));
}

/** Whether an object is of one of these kinds. */
export function isOfKind({ kind, group }: Resource, hidden: ReadonlySet<string>): boolean {
  const name = kind.toLowerCase();
  const plural = name.endsWith('s') ? `${name}es` : `${name.replace(/(?<![aeiou])y$/, 'ie')}s`;
  return hidden.has(kindName({ plural, group }));
}

/** Whether every kind that there is was read. */
export function allKindsRead(state: Pick<ClusterState, 'skipped'>): boolean {
  return !state.skipped.some((it) => it.essential || isHiddenKind(it));
}

/** Told in place of a verdict on what the proxies hold. */
export function unjudged(hidden: ReadonlySet<string>): Diagnostic[] {
  if (hidden.size === 0) return [];
  const message = `what the proxies should hold cannot be told without ${[...hidden].join(', ')}: what they hold was not judged`;
  return [{ severity: 'error', message }];
}
