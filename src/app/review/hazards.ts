import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import type { RegistryInput } from '../../registry/types.ts';
import { compareFindings } from './compare-findings.ts';
import { type ReviewedStates, withChanges } from './states.ts';

/** Beyond so many changed objects orders are not tried out. */
export const mostChanges = 24;

/** What can go wrong while a change rolls out object by object. */
export interface Hazards {
  findings: Finding[];
  /** An order without an error in between, if one was found; undefined, too, where any is. */
  order?: string[];
  /** Each object may be applied before the rest. */
  anyOrder: boolean;
}

/**
 * Applies each changed object alone and asks the rules: an error that neither base nor head has lasts for as long as the
 * rest is not applied. Then an order is looked for that has none in between. Where the order in which the files stand is
 * such a one, as tools apply them that sort by name, the hazards are notes.
 *
 * @param changed in the order in which they stand, deleted ones last
 * @param judge what the rules say of a state
 * @param ends the findings of base and head
 */
export function orderHazards(
  states: ReviewedStates,
  changed: readonly string[],
  ends: readonly Finding[],
  judge: (input: RegistryInput) => Finding[],
): Hazards {
  if (changed.length < 2) return { findings: [], order: [...changed], anyOrder: true };
  if (changed.length > mostChanges) return { findings: [], anyOrder: false };
  const between = (keys: readonly string[]): Finding[] =>
    compareFindings(ends, judge(withChanges(states, new Set(keys)))).introduced.filter(
      ({ severity }) => severity === 'error',
    );
  const alone = changed.flatMap((key) => between([key]));
  if (alone.length === 0) return { findings: [], order: [...changed], anyOrder: true };
  const asWritten = changed.slice(0, -1).every((_, index) => between(changed.slice(0, index + 1)).length === 0);
  return {
    findings: distinct(alone.map((finding) => toHazard(finding, asWritten))),
    order: asWritten ? [...changed] : safeOrder(changed, between),
    anyOrder: false,
  };
}

/** One object after the other, each time the first that causes no error; undefined where there is none. */
function safeOrder(changed: readonly string[], between: (keys: readonly string[]) => Finding[]): string[] | undefined {
  const order: string[] = [];
  const left = [...changed];
  while (left.length > 0) {
    const next = left.findIndex((key) => between([...order, key]).length === 0);
    if (next < 0) return undefined;
    order.push(...left.splice(next, 1));
  }
  return order;
}

function toHazard(finding: Finding, asWritten: boolean): Finding {
  return {
    ...finding,
    code: codes.hazardOrder,
    kind: 'hazard',
    severity: asWritten ? 'info' : 'warning',
    message: `${finding.message}, if it is applied before the rest of the change`,
    effect: `while the rest is not applied: ${finding.effect}`,
    fix: asWritten
      ? 'keep the order in which the files stand: by their names it comes after what it needs.'
      : 'apply the others first, in a change or sync wave of their own.',
  };
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((it) => [`${it.resource} ${it.field}`, it])).values()];
}
