import type { Finding, Severity } from '../model/finding.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { placeOf, sentence } from './place.ts';
import { plain } from './plain.ts';
import type { Reporter } from './types.ts';

const commands: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

/**
 * Workflow commands of GitHub Actions, a line each, which show findings beside the lines of a pull request. What could
 * not be read is annotated too.
 */
export const github: Reporter = (report) =>
  [
    ...report.findings.map(annotation),
    ...groupDiagnostics(report.diagnostics)
      .filter(({ severity }) => severity !== 'info')
      .map((group) => command(commands[group.severity], { title: 'kubectl mesh' }, diagnosticInWords(group))),
  ]
    .map((line) => `${line}\n`)
    .join('');

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
