import type { Severity } from '../model/finding.ts';
import { fingerprints } from './fingerprints.ts';
import { placeOf, sentence } from './place.ts';
import { plain } from './plain.ts';
import type { Reporter } from './types.ts';

const severities: Record<Severity, string> = { error: 'critical', warning: 'major', info: 'info' };

/** GitLab's Code Quality report, for `artifacts: reports: codequality`. */
export const gitlab: Reporter = (report) => {
  const ids = fingerprints(report.findings);
  const issues = report.findings.map((finding, index) => {
    const { path, line } = placeOf(finding);
    return {
      type: 'issue',
      check_name: finding.code,
      description: plain(sentence(finding)),
      content: { body: plain([finding.effect, finding.fix].filter((it) => it !== '').join(' Fix: ')) },
      categories: ['Bug Risk'],
      severity: severities[finding.severity],
      fingerprint: ids[index],
      location: { path, lines: { begin: line ?? 1 } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
};
