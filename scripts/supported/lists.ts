import type { Type } from './declarations.ts';
import type { Field } from './judge.ts';
import { kinds, leafPaths, specOf } from './kinds.ts';
import { meshFields } from './mesh-config.ts';

export interface FieldList {
  kind: { group: string; kind: string };
  fields: readonly Field[];
}

export const meshKind = { group: '', kind: 'MeshConfig' };

/** All fields of all kinds, nothing known of them yet. */
export function fieldLists(): FieldList[] {
  return [
    ...kinds.map((kind) => ({ kind, fields: [...leafPaths(specOf(kind))].map(toField) })),
    { kind: meshKind, fields: [...meshFields()].map(toField) },
  ];
}

function toField([pattern, type]: [string, Type]): Field {
  return { pattern, type, unknown: new Set(), values: new Set(), tried: new Set() };
}
