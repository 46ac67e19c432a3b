import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { WaivedBy, WaivedFinding, Waiver } from '../../model/waiver.ts';
import { ignoredBy } from '../../source/mesh-config/ignore.ts';
import type { IgnoreRule } from '../../source/mesh-config/read.ts';
import type { Desired } from '../desired/index.ts';
import { type Judged, waiverFindings } from './findings.ts';
import { identityOf, type Known, type Written, writtenWaivers } from './written.ts';

/** What Git says of findings: comments beside lines, and rules and severities of the project file. */
export type RulesGit = Pick<Desired, 'config' | 'waivers' | 'resources'>;

/**
 * Applies what a project says of findings: other severities (by code or kind; `off` leaves a finding out), ignore rules of
 * the project file, and waivers beside the lines. What these keep from counting is kept apart with the reason: nothing
 * disappears unsaid, and neither does a rule that keeps nothing from counting.
 */
export class ProjectRules {
  /** Findings that do not count, and why. */
  readonly waived: WaivedFinding[] = [];
  readonly #git: RulesGit | undefined;
  readonly #today: string;
  readonly #written: Written[];
  readonly #before: ReadonlySet<string> | undefined;
  readonly #off = new Map<string, number>();
  readonly #used = new Map<Waiver | IgnoreRule, number>();

  /**
   * @param git undefined where no Git is read
   * @param today YYYY-MM-DD; what ended before it does not count
   * @param base the base of a review: what it has not got is said to be added
   */
  constructor(git: RulesGit | undefined, today: string, base?: RulesGit) {
    this.#git = git;
    this.#today = today;
    this.#written = git ? writtenWaivers(git) : [];
    this.#before = base && new Set(writtenWaivers(base).map(identityOf));
  }

  /** The findings that count, with their severities; the others go to `waived`. */
  apply(findings: readonly Finding[]): Finding[] {
    return findings.flatMap((finding) => {
      const severity = this.#severityOf(finding);
      if (severity === 'off') return [];
      const found = this.#waiverOf(finding);
      const ended = found ? undefined : this.#endedFor(finding);
      if (found) this.waived.push({ ...finding, severity, waiver: this.#reported(found) });
      if (found) this.#used.set(found.rule, (this.#used.get(found.rule) ?? 0) + 1);
      return found ? [] : [{ ...finding, severity, ...(ended ? { related: [...finding.related, ended] } : {}) }];
    });
  }

  /**
   * What is to be said of the rules themselves, once all findings went through `apply`: those that are refused, ended, of
   * no use or added by the change under review, and how many findings severities leave out.
   *
   * @param judged whether the run looked for all that a waiver could cover
   */
  close(judged: Judged): { findings: Finding[]; diagnostics: Diagnostic[] } {
    const known: Known = {
      today: this.#today,
      uses: (rule) => this.#used.get(rule) ?? 0,
      added: (written) => this.#before !== undefined && !this.#before.has(identityOf(written)),
    };
    const found = this.#written.flatMap((written) => waiverFindings(written, known, judged));
    const findings = found.flatMap((finding) => {
      const severity = this.#severityOf(finding);
      return severity === 'off' ? [] : [{ ...finding, severity }];
    });
    const diagnostics = [...this.#off].map(
      ([reason, count]): Diagnostic => ({
        severity: 'info',
        message: `${counted(count, 'finding')} left out by .mesh.yaml: ${reason}`,
      }),
    );
    return { findings, diagnostics: [...diagnostics, ...this.#waivedDiagnostics()] };
  }

  #severityOf(finding: Finding): Finding['severity'] | 'off' {
    const { severities } = this.#git?.config ?? {};
    const severity = severities?.[finding.code] ?? severities?.[finding.kind] ?? finding.severity;
    const reason = `severities turn ${finding.code} ${finding.kind} off`;
    if (severity === 'off') this.#off.set(reason, (this.#off.get(reason) ?? 0) + 1);
    return severity;
  }

  #waiverOf(finding: Finding): Written | undefined {
    const rule = ignoredBy(this.#git?.config.ignore ?? [], finding, this.#today);
    return this.#written.find((it) =>
      'comment' in it
        ? it.comment.fault === undefined && !it.ended(this.#today) && covers(it.comment, finding)
        : it.rule === rule,
    );
  }

  /** A waiver that would cover the finding, had it not ended. */
  #endedFor(finding: Finding): Finding['related'][number] | undefined {
    const found = this.#written.find(
      (it) => 'comment' in it && !it.comment.fault && it.ended(this.#today) && covers(it.comment, finding),
    );
    return found && { message: `its waiver ended on ${found.until}`, location: found.location };
  }

  #reported(written: Written): WaivedBy {
    const { reason, until, location } = written;
    const added = this.#before === undefined ? {} : { added: !this.#before.has(identityOf(written)) };
    return {
      source: 'comment' in written ? 'comment' : 'project-file',
      reason,
      ...(until === undefined ? {} : { until }),
      ...(location === undefined ? {} : { location }),
      ...added,
    };
  }

  #waivedDiagnostics(): Diagnostic[] {
    return this.#written.flatMap((written): Diagnostic[] => {
      const count = this.#used.get(written.rule);
      if (count === undefined) return [];
      const by = 'comment' in written ? 'waived' : 'left out by .mesh.yaml';
      return [
        {
          severity: 'info',
          message: `${counted(count, 'finding')} ${by}: ${written.reason}`,
          location: written.location,
        },
      ];
    });
  }
}

/** Whether a comment covers a finding: its code, and the line that the finding stands at. */
function covers(comment: Waiver, { code, location }: Finding): boolean {
  if (!location || location.file !== comment.location.file || !comment.codes.includes(code)) return false;
  return comment.lines.from <= location.line && location.line <= comment.lines.to;
}
