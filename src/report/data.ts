import type { Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import type { Review } from '../model/review.ts';
import type { WaivedFinding } from '../model/waiver.ts';
import { asJson, asYaml } from './serialized.ts';
import type { Reporter } from './types.ts';

/** The versioned contract for scripts (docs/schema/report.schema.json). */
export const json: Reporter = (report) => asJson(contract(report));

/** The same contract as YAML. */
export const yaml: Reporter = (report) => asYaml(contract(report));

function contract({ review, ...report }: Report): unknown {
  return {
    ...report,
    findings: report.findings.map(findingContract),
    waived: report.waived.map(waivedContract),
    ...(review === undefined ? {} : { review: reviewContract(review) }),
  };
}

/** Every field of a finding is always there: what has no value is null. */
export function findingContract({ evidence, location, expected, live, ...rest }: Finding): unknown {
  return {
    ...rest,
    location: location ?? null,
    expected: expected ?? null,
    live: live ?? null,
    evidence: evidence ?? [],
  };
}

function waivedContract({ waiver, ...finding }: WaivedFinding): unknown {
  const { source, reason, until = null, location = null, added = null } = waiver;
  return { ...(findingContract(finding) as object), waiver: { source, reason, until, location, added } };
}

function reviewContract(review: Review): unknown {
  return {
    ...review,
    fixed: review.fixed.map(findingContract),
    unchanged: review.unchanged.map(findingContract),
    blastRadius: review.blastRadius.map(({ evidence, ...change }) => ({ ...change, evidence: evidence ?? [] })),
  };
}
