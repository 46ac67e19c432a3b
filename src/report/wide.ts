import type { Finding } from '../model/finding.ts';
import { envoyDiffs } from './envoy-diff.ts';
import { paints } from './paint.ts';
import { plain } from './plain.ts';
import { render } from './text.ts';
import type { Reporter, Style } from './types.ts';

/** The text format with what differs in Envoy's own terms, as a unified diff for each Envoy object. */
export const wide: Reporter = (report, style) => render(report, style, (finding) => diffs(finding, style));

function diffs(finding: Finding, style: Style): string[] {
  const { red, green, cyan } = paints(style);
  const paint = (line: string): string =>
    line.startsWith('-') ? red(line) : line.startsWith('+') ? green(line) : line;
  return envoyDiffs(finding).flatMap(({ title, sides, hunks }) => {
    const head = [red(`--- ${plain(title)} (${sides[0]})`), green(`+++ ${plain(title)} (${sides[1]})`)];
    const body = hunks.flatMap(({ path, lines }) => [
      cyan(`@@ ${plain(path)} @@`),
      ...lines.map((line) => paint(plain(line))),
    ]);
    return ['', ...[...head, ...body].map((line) => `    ${line}`)];
  });
}
