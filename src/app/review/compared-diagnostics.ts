import type { Diagnostic } from '../../model/report.ts';
import type { Diagnostic as SourceDiagnostic } from '../../source/diagnostic.ts';
import { sourceDiagnostic } from '../report-parts.ts';

/** What could not be read of two sides, told apart as findings are. */
export interface ComparedDiagnostics {
  /** What the head has: the part that the base has as well says so. */
  head: SourceDiagnostic[];
  /** What only the base has. */
  fixed: Diagnostic[];
}

/**
 * Pairs what base and head have that cannot be read, by its file and words, then by its words alone (a file that moved).
 * What only the base has is repaired or removed by the change; until then its objects were not seen, and count as added.
 *
 * @param ref the base, as the user names it
 */
export function comparedDiagnostics(
  base: readonly SourceDiagnostic[],
  head: readonly SourceDiagnostic[],
  ref: string,
): ComparedDiagnostics {
  let olds = [...base];
  const both = new Set<SourceDiagnostic>();
  for (const identity of identities) {
    const known = Map.groupBy(olds, identity);
    for (const it of head) {
      const partner = both.has(it) ? undefined : known.get(identity(it))?.shift();
      if (!partner) continue;
      olds = olds.filter((other) => other !== partner);
      both.add(it);
    }
  }
  return {
    head: head.map((it) =>
      both.has(it) ? { ...it, message: `${it.message} (unchanged: ${ref} has it as well)` } : it,
    ),
    fixed: olds.map((it) => ({
      ...sourceDiagnostic(it),
      severity: 'info',
      message: `${it.message} (fixed: only ${ref} has it${it.severity === 'error' ? ', so its objects count as added' : ''})`,
      fix: undefined,
    })),
  };
}

const identities: readonly ((diagnostic: SourceDiagnostic) => string)[] = [
  ({ location, message, subject }) => [location?.file, subject, inWords(message)].join('\n'),
  ({ message, subject }) => [subject, inWords(message)].join('\n'),
];

/** Without numbers of lines. */
function inWords(message: string): string {
  return message.replace(/\d+/g, '#');
}
