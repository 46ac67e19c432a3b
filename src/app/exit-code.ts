import type { Severity } from '../model/finding.ts';
import type { Report } from '../model/report.ts';

export const failOnLevels = ['error', 'warning', 'info', 'never'] as const;
export type FailOn = (typeof failOnLevels)[number];

/** As `kubectl diff`: 0 nothing found, 1 found, 2 and above could not complete. */
export const exitCodes = { clean: 0, found: 1, incomplete: 2 } as const;

const rank: Record<Severity, number> = { error: 3, warning: 2, info: 1 };

/**
 * The exit code of a judging command. Findings at or above `failOn` give 1, whether or not all could be read; without
 * one, a run that could not see everything gives 2: it is not clean.
 */
export function exitCode(report: Pick<Report, 'findings' | 'complete'>, failOn: FailOn): number {
  const least = failOn === 'never' ? Number.POSITIVE_INFINITY : rank[failOn];
  if (report.findings.some((finding) => rank[finding.severity] >= least)) return exitCodes.found;
  return report.complete ? exitCodes.clean : exitCodes.incomplete;
}
