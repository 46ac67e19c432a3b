import { dump } from 'js-yaml';
import type { Report } from '../model/report.ts';
import type { Reporter } from './types.ts';

/** The versioned contract for scripts (docs/schema/report.schema.json). */
export const json: Reporter = (report) => `${JSON.stringify(contract(report), null, 2)}\n`;

/** The same contract as YAML. */
export const yaml: Reporter = (report) =>
  dump(JSON.parse(JSON.stringify(contract(report))), { lineWidth: 120, noRefs: true });

/** Every field of a finding is always there: what has no value is null. */
function contract(report: Report): unknown {
  return {
    ...report,
    findings: report.findings.map(({ evidence, location, expected, live, ...rest }) => ({
      ...rest,
      location: location ?? null,
      expected: expected ?? null,
      live: live ?? null,
      evidence: evidence ?? [],
    })),
  };
}
