import type { Schema } from './schema.ts';

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
