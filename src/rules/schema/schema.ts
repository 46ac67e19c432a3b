import type { Json } from '../../model/json.ts';

/** What an API server demands of a value: the structural schema of a CustomResourceDefinition in a form of our own. Absent means no demand. */
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
  /** `ipv4` and the like; those that are not known demand nothing. */
  format?: string;
  /** Of numbers. */
  min?: number;
  max?: number;
  /** Of the length of a text, the items of a list, the fields of an object. */
  fewest?: number;
  most?: number;
  nullable?: true;
  /** Written by the API server where the field is absent. */
  default?: Json;
  /** Items of a list that no two may be equal: as a whole, or in these fields (`x-kubernetes-list-type`). */
  unique?: 'whole' | string[];
  /** Of each group at most one field. */
  atMostOne?: string[][];
  /** Of each group at least one field. */
  oneNeeded?: string[][];
  /** Further demands, of which all, any, exactly one, or none must hold. */
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  /** In CEL (`x-kubernetes-validations`). */
  rules?: CelRule[];
}

/** A rule of a CustomResourceDefinition (apiextensions v1, `ValidationRule`). */
export interface CelRule {
  rule: string;
  message?: string;
  /** CEL, which gives the message. */
  messageExpression?: string;
  /** The field below that is meant: `.port.name`. */
  fieldPath?: string;
  /** Whether it judges an object also where there is no former one. */
  optionalOldSelf?: true;
}

/** The versions of one kind. */
export interface KindSchemas {
  /** By version: `v1`. Those that are served only. */
  versions: Record<string, { schema: Schema; deprecated?: true }>;
}
