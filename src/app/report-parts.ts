import type { ClusterState } from '../model/cluster-state.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Diagnostic, Report } from '../model/report.ts';
import type { Desired } from './desired/index.ts';
import { isHiddenKind } from './hidden-kinds.ts';

/** So many names are a line that is still read. */
const most = 12;
const rank = { error: 0, warning: 1, info: 2 };

/** Worst first, then by place in Git, then by object and field: stable for equal inputs. */
export function sortedFindings<T extends Finding>(findings: readonly T[]): T[] {
  const key = (it: Finding): string =>
    [
      it.location?.file ?? '\uffff',
      String(it.location?.line ?? 0).padStart(7, '0'),
      it.resource,
      it.field,
      it.code,
    ].join('\0');
  return [...findings].sort(
    (a, b) => rank[a.severity] - rank[b.severity] || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0),
  );
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Report['summary']['findings'] {
  const count = (severity: Severity): number => findings.filter((it) => it.severity === severity).length;
  return { error: count('error'), warning: count('warning'), info: count('info') };
}

/** What reading Git had to say, as it is reported. */
export function sourceDiagnostic({ related: _, ...diagnostic }: Desired['diagnostics'][number]): Diagnostic {
  return diagnostic;
}

/** What of the cluster was not read. */
export function skippedDiagnostics(state: ClusterState): Diagnostic[] {
  return state.skipped.map((it) => ({
    severity:
      it.essential || isHiddenKind(it) ? 'error' : it.reason === 'not-served' || it.replaced ? 'info' : 'warning',
    subject: it.what,
    message: it.message,
    ...(it.hides === '' ? {} : { fix: `without it the report says nothing about ${it.hides}` }),
  }));
}

/** What a state that is made up of a repository takes to exist. */
export function assumedDiagnostic({ assumed = [] }: ClusterState): Diagnostic[] {
  if (assumed.length === 0) return [];
  const rest = assumed.length > most ? ` and ${assumed.length - most} more` : '';
  const names = `${assumed.slice(0, most).join(', ')}${rest}`;
  return [{ severity: 'info', message: `named here, not in the repository, and taken to exist: ${names}` }];
}

/** What a run leaves out by its flags: some proxies, or some of Git's files. */
export type Omission = 'proxies' | 'paths';

/** Whether a run speaks of everything: all proxies, all kinds of objects; and of all that the project file speaks of. */
export function extentOf(
  state: ClusterState,
  { partial }: { partial?: Omission },
  allRead = true,
): { whole: boolean; allOfGit: boolean } {
  const whole =
    partial !== 'proxies' && allRead && state.skipped.every((it) => it.reason === 'not-served' || it.replaced);
  return { whole, allOfGit: partial === undefined };
}

/** The versions of the istiods, each once. */
export function istioVersions(state: ClusterState): string[] {
  const versions = state.istiods.flatMap((istiod) => (istiod.version ? [istiod.version] : []));
  return [...new Set(versions)].sort();
}
