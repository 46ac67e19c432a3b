import { isObject, type Path } from '../../model/json.ts';
import { nameFormats } from './cel/names.ts';
import type { Schema } from './schema.ts';
import { shown, type Violation } from './validate.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'object', values: text };

/** `metadata` of every object (apimachinery, `ObjectMeta`); what the API server itself writes may hold anything. */
export const metadataSchema: Schema = {
  type: 'object',
  fields: {
    name: text,
    generateName: text,
    namespace: text,
    labels: texts,
    annotations: texts,
    finalizers: { type: 'array', items: text },
    ownerReferences: { type: 'array', items: { type: 'object', open: true } },
    ...Object.fromEntries(
      [
        'creationTimestamp',
        'deletionGracePeriodSeconds',
        'deletionTimestamp',
        'generation',
        'managedFields',
        'resourceVersion',
        'selfLink',
        'uid',
      ].map((name) => [name, {}]),
    ),
  },
};

const forms = {
  dns1123Subdomain: 'lower-case letters, digits, "-" and ".", from a letter or digit to a letter or digit, at most 253',
  dns1123Label: 'lower-case letters, digits and "-", from a letter or digit to a letter or digit, at most 63',
  labelValue: 'letters, digits, "-", "_" and ".", from a letter or digit to a letter or digit, at most 63',
  qualifiedName: 'letters, digits, "-", "_" and ".", at most 63, behind a domain and a slash or alone',
};

/**
 * Names and labels that no object of a definition may have (apimachinery, `ValidateObjectMeta`). What is filled in before
 * it is applied (`${NAME}`) is not known yet.
 */
export function metadataViolations(metadata: unknown): Violation[] {
  if (!isObject(metadata)) return [];
  const found: Violation[] = [];
  const want = (form: keyof typeof forms, value: unknown, path: Path, key = false): void => {
    if (typeof value !== 'string' || nameFormats[form]?.(value) !== false || value.includes('${')) return;
    const message = key ? `has the key ${shown(value)}, which is none` : `is ${shown(value)}, which is no name here`;
    found.push({ path: ['metadata', ...path], message, wanted: forms[form] });
  };
  want('dns1123Subdomain', metadata['name'], ['name']);
  want('dns1123Label', metadata['namespace'], ['namespace']);
  for (const [part, values] of [
    ['labels', metadata['labels']],
    ['annotations', metadata['annotations']],
  ] as const) {
    for (const [key, value] of Object.entries(isObject(values) ? values : {})) {
      // Of an annotation's key the case does not count.
      want('qualifiedName', part === 'annotations' ? key.toLowerCase() : key, [part, key], true);
      if (part === 'labels') want('labelValue', value, [part, key]);
    }
  }
  return found;
}
