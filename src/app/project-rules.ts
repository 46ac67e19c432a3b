import type { Finding } from '../model/finding.ts';
import type { Diagnostic } from '../model/report.ts';
import { ignoredBy } from '../source/mesh-config/ignore.ts';
import type { MeshConfigFile } from '../source/mesh-config/read.ts';

/**
 * Applies a project's own rules to findings: other severities (by code or kind; `off` leaves a finding out) and ignore
 * rules. What an ignore rule hides is counted in a diagnostic with the rule's reason: nothing disappears unsaid.
 *
 * @param today YYYY-MM-DD; expired rules do not count
 */
export function applyProjectRules(
  findings: readonly Finding[],
  config: MeshConfigFile,
  today: string,
): { findings: Finding[]; diagnostics: Diagnostic[] } {
  const hidden = new Map<string, number>();
  const kept = findings.flatMap((finding) => {
    const severity = config.severities?.[finding.code] ?? config.severities?.[finding.kind] ?? finding.severity;
    const rule = ignoredBy(config.ignore ?? [], finding, today);
    const reason = rule
      ? rule.reason
      : severity === 'off'
        ? `severities turn ${finding.code} ${finding.kind} off`
        : undefined;
    if (reason !== undefined) hidden.set(reason, (hidden.get(reason) ?? 0) + 1);
    return reason !== undefined || severity === 'off' ? [] : [{ ...finding, severity }];
  });
  const diagnostics = [...hidden].map(
    ([reason, count]): Diagnostic => ({
      severity: 'info',
      message: `${count} finding${count === 1 ? '' : 's'} left out by .mesh.yaml: ${reason}`,
    }),
  );
  return { findings: kept, diagnostics };
}
