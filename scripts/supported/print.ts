import type { Field } from './judge.ts';
import type { FieldList } from './lists.ts';
import { noteOf } from './notes.ts';
import { isRead } from './reads.ts';

export type State = 'compiled' | 'compiled, not recorded' | 'partly' | 'not';

/** What the experiments and the notes say of a field together: a note explains what no experiment shows. */
export function stateOf(kind: FieldList['kind'], field: Field): { state: State; detail: string } {
  const note = noteOf(kind, field.pattern);
  if (field.unknown.size > 0)
    return { state: 'partly', detail: `${field.proof}; not known: ${[...field.unknown].join('; ')}` };
  if (field.proof && note?.state === 'partly') return { state: 'partly', detail: `${field.proof}; ${note.reason}` };
  if (field.proof) return { state: 'compiled', detail: field.proof };
  if (note) return { state: note.state, detail: note.reason };
  const name = /(\w+)[[\]{}]*$/.exec(field.pattern)?.[1] ?? '';
  if (field.recorded)
    return isRead(name)
      ? { state: 'compiled, not recorded', detail: `${field.recorded} has it, where no proxy's config depends on it` }
      : { state: 'not', detail: `${field.recorded} has it; what proxies are sent does not depend on it` };
  return isRead(name)
    ? { state: 'compiled, not recorded', detail: '' }
    : { state: 'not', detail: 'not read, and no recording has it' };
}

/** The page, from all lists of fields. */
export function print(lists: readonly FieldList[]): string {
  const lines = [
    '# Supported configuration',
    '',
    'Written by `npm run supported`; do not edit. For every field it says how far `kubectl mesh` compiles it, and how that is known:',
    '',
    '- **compiled**: in the recording named, whose proxies hold exactly what was compiled, taking the field away or changing it changes what a proxy is sent.',
    "- **compiled, not recorded**: the compiler reads a field of that name, but no recorded proxy's config depends on it: nothing shows whether istiod does the same.",
    '- **partly**: with the reason.',
    '- **not**: with the reason. A difference that follows from it is reported as unexplained, never hidden.',
    '',
    '| Kind | compiled | compiled, not recorded | partly | not |',
    '|---|---|---|---|---|',
  ];
  const judged = lists.map(({ kind, fields }) => ({
    kind,
    rows: fields.map((field) => ({ field, ...stateOf(kind, field) })),
  }));
  const cells = (rows: { state: State }[]) =>
    (['compiled', 'compiled, not recorded', 'partly', 'not'] as const)
      .map((state) => rows.filter((row) => row.state === state).length)
      .join(' | ');
  for (const { kind, rows } of judged) lines.push(`| ${title(kind)} | ${cells(rows)} |`);
  lines.push(`| all | ${cells(judged.flatMap(({ rows }) => rows))} |`);
  for (const { kind, rows } of judged) {
    lines.push('', `## ${title(kind)}`, '', '| Field | State | Proof or reason |', '|---|---|---|');
    for (const { field, state, detail } of rows) {
      const values = field.values.size > 0 ? `; recorded: ${[...field.values].sort().join(', ')}` : '';
      lines.push(
        `| \`${field.pattern.replace(/^spec\./, '')}\` | ${state} | ${`${detail}${values}`.replaceAll('|', '\\|')} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function title({ group, kind }: FieldList['kind']): string {
  return group === 'gateway.networking.k8s.io' ? `${kind} (Gateway API)` : kind;
}
