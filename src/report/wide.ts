import { createTwoFilesPatch } from 'diff';
import type { EnvoyEvidence, Finding } from '../model/finding.ts';
import { paints } from './paint.ts';
import { plain } from './plain.ts';
import { render } from './text.ts';
import type { Reporter, Style } from './types.ts';

/** The text format with what differs in Envoy's own terms, as a unified diff for each Envoy object. */
export const wide: Reporter = (report, style) => render(report, style, (finding) => diffs(finding, style));

function diffs(finding: Finding, style: Style): string[] {
  return (finding.evidence ?? []).flatMap((evidence) => ['', ...diff(evidence, finding, style)]);
}

function diff(evidence: EnvoyEvidence, finding: Finding, style: Style): string[] {
  const { dim, red, green, cyan } = paints(style);
  const name = `${evidence.type} ${evidence.name}`;
  const [left, right] = finding.layer === 'git-api' ? ['as in Git', 'as in the cluster'] : ['as configured', 'live'];
  const patch = createTwoFilesPatch(
    `${name} ${left}`,
    `${name} ${right}`,
    pretty(evidence.expected),
    pretty(evidence.live),
    '',
    '',
    {
      context: 3,
    },
  );
  const lines = patch.split('\n').filter((line) => line !== '' && !line.startsWith('====') && !line.startsWith('\\'));
  const paint = (line: string): string => {
    if (line.startsWith('@@')) return cyan(line);
    if (line.startsWith('-')) return red(line);
    if (line.startsWith('+')) return green(line);
    return line;
  };
  const place = evidence.path === '' ? 'the whole resource' : evidence.path;
  return [dim(`    ${plain(`${evidence.proxy}: ${place}`)}`), ...lines.map((line) => `    ${paint(plain(line))}`)];
}

function pretty(value: unknown): string {
  if (value === undefined || value === null) return '';
  return `${JSON.stringify(value, null, 2)}\n`;
}
