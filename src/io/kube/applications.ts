import { isObject, type JsonObject, objects } from '../../model/json.ts';

/** The kind of Argo CD's Applications. */
export const applications = 'applications.argoproj.io';

/**
 * Takes out of an Application all but what it deploys and which differences it leaves: its sources may hold values of
 * charts, secrets among them, and its status is long. It changes the object that it is given.
 */
export function slimApplication(object: JsonObject): void {
  const { name, namespace } = isObject(object['metadata']) ? (object['metadata'] as JsonObject) : {};
  const spec = isObject(object['spec']) ? (object['spec'] as JsonObject) : {};
  const source = (from: JsonObject): JsonObject => ({ path: from['path'] });
  const kept: JsonObject = { destination: spec['destination'], ignoreDifferences: spec['ignoreDifferences'] };
  if (isObject(spec['source'])) kept['source'] = source(spec['source'] as JsonObject);
  if (Array.isArray(spec['sources'])) kept['sources'] = objects(spec['sources']).map(source);
  for (const key of Object.keys(object)) if (key !== 'apiVersion' && key !== 'kind') delete object[key];
  object['metadata'] = { name, namespace };
  object['spec'] = kept;
}
