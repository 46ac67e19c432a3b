/**
 * `npm run labels:table`: holds `drift`, `check` and `review` against the labels of all recordings and writes docs/labels.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './labels/rows.ts';

const directory = mkdtempSync(join(tmpdir(), 'labels-'));
const rows = ['labels-check.ts', 'labels-review.ts', 'labels.ts'].flatMap((script) => {
  const file = join(directory, `${script}.json`);
  try {
    const path = join(import.meta.dirname, script);
    execFileSync(process.execPath, ['--max-old-space-size=1500', path, `--rows=${file}`], { stdio: 'ignore' });
  } catch {
    // It exits with 1 where anything is missed or extra, which the rows say.
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
});
rmSync(directory, { recursive: true, force: true });

const isFeature = ({ recording }: Row): boolean => /\/feature-/.test(recording);
const sum = (list: readonly Row[], key: 'labels' | 'found' | 'missed'): number =>
  list.reduce((total, row) => total + row[key], 0);
const table = (list: readonly Row[]): string =>
  [
    '| recording | command | labels | found | missed | extra |',
    '|---|---|---|---|---|---|',
    ...list.map(
      (row) =>
        `| ${row.recording} | ${row.command} | ${row.labels} | ${row.found} | ${row.missed} | ${row.extra.length} |`,
    ),
  ].join('\n');

const clean = rows.filter((row) => row.command === 'drift' && row.clean);
const judged = rows.filter((row) => row.command !== 'drift' && !isFeature(row));
const features = rows.filter((row) => row.command !== 'drift' && isFeature(row));
const text = `# Findings held against labels

Written by \`npm run labels:table\`. Each recording has labels that people wrote: which findings there must be, with kind,
severity, object, field, file and line, and the proxies. A finding counts as found only where all of these agree. Labels
that may be found, or need traffic to be known, count where they are found and are not missed otherwise; findings of kind
\`injection\` are not judged yet. An object that the API server or istiod's webhook refused counts as a label, too. Extra
are errors and warnings without a label.

${judged.length} recordings: ${sum(judged, 'labels')} labels, ${sum(judged, 'found')} found, ${sum(judged, 'missed')} missed, ${judged.reduce((n, { extra }) => n + extra.length, 0)} extra.

${table(judged.filter((row) => row.labels + row.found + row.missed + row.extra.length > 0))}

The other ${judged.filter((row) => row.labels + row.found + row.missed + row.extra.length === 0).length} of these have no labels for these commands, and nothing was found.

## Recordings that are clean

Of ${clean.length} recordings of which people say that Git (of a review: its base), the API server and the proxies agree,
\`drift\` finds nothing in ${clean.filter(({ extra }) => extra.length === 0).length}.

## Recordings of features

These configurations exercise istiod; some hold faults on purpose (two rules for one host, a destination that does not
exist), which \`check\` tells as in any other. ${features.filter(({ extra }) => extra.length === 0).length} of ${features.length} have none.

${features.flatMap((row) => row.extra.map((it) => `- ${row.recording}: ${it}`)).join('\n')}
`;
writeFileSync(join(import.meta.dirname, '..', 'docs', 'labels.md'), text);
console.log(text.split('\n').find((line) => line.includes('recordings:')));
