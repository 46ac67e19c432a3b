/** What Envoy's API says of the fields that the comparison walks through. */
import type { ResourceType } from '../model/envoy.ts';
import { typeUrl } from '../model/envoy.ts';
import { anyMessage, type Field, fieldsOf } from '../model/envoy-api/index.ts';

/** A field that holds a resource of the type as a whole. */
export function rootField(type: ResourceType): Field {
  return {
    name: '',
    kind: 'm',
    shape: 'single',
    wrapper: false,
    presence: true,
    message: anyMessage(typeUrl[type]) ?? '',
  };
}

/** Finds the types of the fields of a message that stands in `field`; of an Any, those of its content. */
export function fieldTypes(
  message: Record<string, unknown>,
  field: Field | undefined,
): (key: string) => Field | undefined {
  if (field?.shape === 'map') {
    const element = elementOf(field);
    return () => element;
  }
  const name = '@type' in message ? anyMessage(message['@type']) : field?.message;
  const fields = name === undefined ? undefined : fieldsOf(name);
  return (key) => fields?.get(key);
}

/** The type of one element of a list or map: it is there, whatever its value. */
export function elementOf(field: Field): Field {
  return field.shape === 'single' ? field : { ...field, shape: 'single', presence: true };
}

/**
 * Whether a value that one side has and the other has not is the same as an absent one: an empty list or map, and the
 * default of a field without presence (protobuf.dev, "Field Presence").
 */
export function isAbsent(value: unknown, field: Field | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0 && field?.kind !== 'V';
  if (!field || field.presence) return false;
  if (field.shape === 'map') return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (field.kind === 'e') return value === 0 || field.values?.[String(value)] === 0;
  return value === '' || value === 0 || value === '0' || value === false;
}
