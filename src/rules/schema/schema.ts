/**
 * What an API server demands of a value, as far as it can be told without evaluating CEL: the structural schema of a
 * CustomResourceDefinition in a form of our own. Absent means no demand.
 */
export interface Schema {
  /** Absent: any value. */
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string';
  /** Fields of an object by name; those that are not here are dropped, or refused, unless `open`. */
  fields?: Record<string, Schema>;
  required?: string[];
  /** Whether fields are kept that have no schema. */
  open?: true;
  /** Of the values of a map. */
  values?: Schema;
  items?: Schema;
  enum?: (string | number | boolean)[];
  /** RE2, found anywhere in the text. */
  pattern?: string;
  /** Of numbers. */
  min?: number;
  max?: number;
  /** Of the length of a text, the items of a list, the fields of an object. */
  fewest?: number;
  most?: number;
  nullable?: true;
  /** Of each group at most one field. */
  atMostOne?: string[][];
  /** Of each group at least one field. */
  oneNeeded?: string[][];
  /** A duration no shorter than this. */
  shortest?: string;
  /** Texts that may not occur in it. */
  without?: string[];
  /** Texts that it may not be. */
  not?: string[];
}

/** The versions of one kind. */
export interface KindSchemas {
  /** By version: `v1`. Those that are served only. */
  versions: Record<string, { schema: Schema; deprecated?: true }>;
}
