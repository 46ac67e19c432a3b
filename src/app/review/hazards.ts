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
  /** An order without an error in between, if one was found. */
  order?: string[];
}

/**
 * Applies each changed object alone and asks the rules: an error that neither base nor head has lasts for as long as the
 * rest is not applied. Then an order is looked for that has none in between.
 *
 * @param judge what the rules say of a state
 * @param ends the findings of base and head
 */
export function orderHazards(
  states: ReviewedStates,
  changed: readonly string[],
  ends: readonly Finding[],
  judge: (input: RegistryInput) => Finding[],
): Hazards {
  if (changed.length < 2 || changed.length > mostChanges)
    return { findings: [], order: changed.length > mostChanges ? undefined : [...changed] };
  const between = (keys: readonly string[]): Finding[] =>
    compareFindings(ends, judge(withChanges(states, new Set(keys)))).introduced.filter(
      ({ severity }) => severity === 'error',
    );
  const findings = changed.flatMap((key) => between([key]).map(toHazard));
  return { findings: distinct(findings), order: findings.length === 0 ? [...changed] : safeOrder(changed, between) };
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

function toHazard(finding: Finding): Finding {
  return {
    ...finding,
    code: codes.hazardOrder,
    kind: 'hazard',
    severity: 'warning',
    message: `${finding.message}, if it is applied before the rest of the change`,
    effect: `while the rest is not applied: ${finding.effect}`,
    fix: 'apply the others first, in a change or sync wave of their own.',
  };
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((it) => [`${it.resource} ${it.field}`, it])).values()];
}
