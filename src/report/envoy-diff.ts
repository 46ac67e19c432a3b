import { structuredPatch } from 'diff';
import type { EnvoyEvidence, Finding } from '../model/finding.ts';

/** What differs in one Envoy object. */
export interface EnvoyDiff {
  /** `shop/frontend-v1-x route 9080`. */
  title: string;
  /** What the two sides are: Git and cluster, configured and live, base and head. */
  sides: [string, string];
  hunks: { path: string; lines: string[] }[];
}

/** The evidence of a finding as unified diffs, one for each Envoy object. Lines are as they are: escape them. */
export function envoyDiffs(finding: Pick<Finding, 'evidence' | 'layer'>): EnvoyDiff[] {
  return diffsOf(finding.evidence ?? [], finding.layer === 'git-api' ? ['Git', 'cluster'] : ['configured', 'live']);
}

/** What a review shows of Envoy's side: from the base to the head, which is the expected value of its evidence. */
export function reviewDiffs(evidence: readonly EnvoyEvidence[] = []): EnvoyDiff[] {
  const turned = evidence.map(({ expected, live, ...rest }) => ({ ...rest, expected: live, live: expected }));
  return diffsOf(turned, ['base', 'head']);
}

/** Evidence as unified diffs between two named sides. */
function diffsOf(evidence: readonly EnvoyEvidence[], sides: [string, string]): EnvoyDiff[] {
  const diffs = new Map<string, EnvoyDiff>();
  for (const it of evidence) {
    const title = `${it.proxy} ${it.type} ${it.name}`;
    const diff = diffs.get(title) ?? { title, sides, hunks: [] };
    diffs.set(title, diff);
    diff.hunks.push({ path: it.path === '' ? 'the whole resource' : it.path, lines: changedLines(it) });
  }
  return [...diffs.values()];
}

function changedLines({ expected, live }: EnvoyEvidence): string[] {
  const { hunks } = structuredPatch('', '', pretty(expected), pretty(live), '', '', { context: 3 });
  return hunks.flatMap((hunk) => hunk.lines.filter((line) => !line.startsWith('\\')));
}

function pretty(value: unknown): string {
  return value === undefined || value === null ? '' : `${JSON.stringify(value, null, 2)}\n`;
}
