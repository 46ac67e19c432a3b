import { structuredPatch } from 'diff';
import type { EnvoyEvidence, Finding } from '../model/finding.ts';
import { paints } from './paint.ts';
import { plain } from './plain.ts';
import { render } from './text.ts';
import type { Reporter, Style } from './types.ts';

/** The text format with what differs in Envoy's own terms, as a unified diff for each Envoy object. */
export const wide: Reporter = (report, style) => render(report, style, (finding) => diffs(finding, style));

function diffs(finding: Finding, style: Style): string[] {
  const groups = new Map<string, EnvoyEvidence[]>();
  for (const evidence of finding.evidence ?? []) {
    const key = `${evidence.proxy} ${evidence.type} ${evidence.name}`;
    groups.set(key, [...(groups.get(key) ?? []), evidence]);
  }
  return [...groups.values()].flatMap((group) => ['', ...ofResource(group, finding, style)]);
}

/** One Envoy object: a hunk for each place in it that differs. */
function ofResource(group: readonly EnvoyEvidence[], finding: Finding, style: Style): string[] {
  const { red, green, cyan } = paints(style);
  const [left, right] = finding.layer === 'git-api' ? ['Git', 'cluster'] : ['configured', 'live'];
  const { proxy, type, name } = group[0] as EnvoyEvidence;
  const title = plain(`${proxy} ${type} ${name}`);
  const paint = (line: string): string =>
    line.startsWith('-') ? red(line) : line.startsWith('+') ? green(line) : line;
  const hunks = group.flatMap((evidence) => [
    cyan(plain(`@@ ${evidence.path === '' ? 'the whole resource' : evidence.path} @@`)),
    ...changedLines(evidence).map((line) => paint(plain(line))),
  ]);
  return [red(`--- ${title} (${left})`), green(`+++ ${title} (${right})`), ...hunks].map((line) => `    ${line}`);
}

function changedLines({ expected, live }: EnvoyEvidence): string[] {
  const { hunks } = structuredPatch('', '', pretty(expected), pretty(live), '', '', { context: 3 });
  return hunks.flatMap((hunk) => hunk.lines.filter((line) => !line.startsWith('\\')));
}

function pretty(value: unknown): string {
  if (value === undefined || value === null) return '';
  return `${JSON.stringify(value, null, 2)}\n`;
}
