import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldList } from './lists.ts';

const file = join(import.meta.dirname, 'proofs.json');

interface Proof {
  proof?: string;
  recorded?: string;
  unknown?: string[];
  values?: string[];
}

const key = ({ kind }: FieldList): string => [kind.group, kind.kind].filter(Boolean).join('/');

/** Keeps what the experiments found, so that the page can be printed and checked without recordings. */
export function writeProofs(lists: readonly FieldList[]): void {
  const proofs = Object.fromEntries(
    lists.map((list) => [
      key(list),
      Object.fromEntries(
        list.fields
          .filter(({ recorded }) => recorded)
          .map(({ pattern, proof, recorded, unknown, values }): [string, Proof] => [
            pattern,
            {
              ...(proof ? { proof } : { recorded }),
              ...(unknown.size > 0 ? { unknown: [...unknown] } : {}),
              ...(values.size > 0 ? { values: [...values].sort() } : {}),
            },
          ]),
      ),
    ]),
  );
  writeFileSync(file, `${JSON.stringify(proofs, null, 2)}\n`);
}

/** Fills in what was found before. @throws Error where it was found of a field that no list has */
export function readProofs(lists: readonly FieldList[]): void {
  const kinds = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Proof>>;
  const known = new Map(lists.map((list) => [key(list), new Map(list.fields.map((field) => [field.pattern, field]))]));
  for (const [kind, proofs] of Object.entries(kinds))
    for (const [pattern, { proof, recorded = proof, unknown = [], values = [] }] of Object.entries(proofs)) {
      const field = known.get(kind)?.get(pattern);
      if (!field) throw new Error(`${kind} has no field ${pattern}`);
      Object.assign(field, { proof, recorded, unknown: new Set(unknown), values: new Set(values) });
    }
}
