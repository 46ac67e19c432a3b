import type { JsonObject } from '../../model/json.ts';
import { admit, type Dropped } from './admit.ts';
import { type Broken, judge } from './cel/judge.ts';
import { metadataSchema, metadataViolations } from './metadata.ts';
import type { Schema } from './schema.ts';
import { type Violation, validate } from './validate.ts';

/** What an API server makes of an object. */
export interface Inspection {
  /** As it looks at it: pruned, and with defaults. */
  value: unknown;
  /** Fields that it drops. */
  dropped: Dropped[];
  violations: Violation[];
  /** Rules of CEL that do not hold; none where a violation keeps the API server from judging them. */
  broken: Broken[];
}

/** Goes with a new object the way of an API server (apiextensions-apiserver, `customResourceStrategy.Validate`). */
export function inspect(object: JsonObject, schema: Schema): Inspection {
  const before = inspected.get(object);
  if (before?.schema === schema) return before.found;
  const found = look(object, schema);
  inspected.set(object, { schema, found });
  return found;
}

/** An object is asked about more than once: whether it is compiled at all, and what to say of it. */
const inspected = new WeakMap<JsonObject, { schema: Schema; found: Inspection }>();

function look(object: JsonObject, schema: Schema): Inspection {
  const whole = withMetadata(schema);
  const dropped: Dropped[] = [];
  const value = admit(object, whole, dropped);
  const violations = [...validate(value, whole), ...metadataViolations(object['metadata'])];
  return { value, dropped, violations, broken: violations.some(({ blocks }) => blocks) ? [] : judge(value, whole) };
}

const wholes = new WeakMap<Schema, Schema>();

/** A CRD says nothing of what all objects have. */
function withMetadata(schema: Schema): Schema {
  const known = wholes.get(schema);
  if (known) return known;
  const whole = { ...schema, fields: { ...schema.fields, apiVersion: {}, kind: {}, metadata: metadataSchema } };
  wholes.set(schema, whole);
  return whole;
}
