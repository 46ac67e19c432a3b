import { counted } from '../model/counted.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { placeOf, sentence } from './place.ts';
import { plain } from './plain.ts';
import type { Reporter } from './types.ts';

const commands: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };
/** GitHub shows so many annotations of one level for a step, and drops the others without a word. */
const shown = 10;

/**
 * Workflow commands of GitHub Actions, a line each, which show findings beside the lines of a pull request. What could
 * not be read is annotated too. Of more than GitHub shows the last one shown says how many follow; these stand in the log.
 */
export const github: Reporter = (report) =>
  (['error', 'warning', 'info'] as const)
    .flatMap((severity) => {
      // What could not be read says how far the rest can be trusted: it is never among those that are dropped.
      const unread = groupDiagnostics(report.diagnostics)
        .filter((group) => group.severity === severity && severity !== 'info')
        .map((group) => command(commands[severity], { title: 'kubectl mesh' }, diagnosticInWords(group)));
      const findings = report.findings.filter((finding) => finding.severity === severity).map(annotation);
      return withCount(severity, [...unread, ...findings]);
    })
    .map((line) => `${line}\n`)
    .join('');

function withCount(severity: Severity, lines: readonly string[]): string[] {
  if (lines.length <= shown) return [...lines];
  const [first, rest] = [lines.slice(0, shown - 1), lines.slice(shown - 1)];
  const said = `${counted(rest.length, `more ${severity}`)}: GitHub shows ${shown} annotations of a level for a step. The log has all of them.`;
  return [...first, command(commands[severity], { title: 'kubectl mesh' }, said), ...rest];
}

function annotation(finding: Finding): string {
  const { path, line, column } = placeOf(finding);
  const at: Record<string, string> = finding.location ? { file: path, line: String(line), col: String(column) } : {};
  const more = [finding.effect && `Effect: ${finding.effect}`, finding.fix && `Fix: ${finding.fix}`].filter((it) => it);
  const title = `${finding.code} ${finding.resource}`;
  return command(commands[finding.severity], { ...at, title }, [sentence(finding), ...more].join('\n'));
}

/** `::name key=value,...::data`, escaped as the runner reads it: text cannot end the command or begin another. */
function command(name: string, properties: Record<string, string>, data: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(plain(value))}`);
  return `::${name} ${list.join(',')}::${escaped(plain(data, true))}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
