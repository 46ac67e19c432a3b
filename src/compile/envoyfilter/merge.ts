import type { Message } from '../../model/envoy.ts';
import { anyMessage, type Field, fieldsOf } from '../../model/envoy-api/index.ts';
import { isObject } from '../../model/json.ts';
import { OneOf } from '../../model/one-of.ts';
import { cloneDerived, deriveField, originsAt } from '../../model/provenance.ts';
import { Unknown } from '../../model/unknown.ts';
import { PatchPanic } from './patch.ts';
import { isDefault } from './value.ts';

/**
 * Merges `source` into `target` as istiod does (pkg/proto/merge): scalars and durations are replaced, messages merged,
 * lists appended, map entries replaced, and a member of a oneof displaces the others. What a proto3 message cannot tell
 * from absent does not count: a wrapper of zero does not displace another value, an empty Any changes the type alone.
 *
 * @param replaceLists lists replace those of the target (MERGE_AND_REPLACE_LIST)
 */
export function mergeMessage(target: Message, source: Message, message: string, replaceLists = false): void {
  const fields = fieldsOf(message);
  for (const [key, value] of Object.entries(source)) {
    const field = fields?.get(key);
    const origins = originsAt(source, [key]);
    if (field?.oneof !== undefined && fields) clearOneof(target, field, fields);
    const before = target[key];
    if (before === undefined) target[key] = cloneDerived(value);
    else if (Array.isArray(value) && Array.isArray(before)) mergeList(before, value, replaceLists);
    else if (!mergeInto(before, value, field, replaceLists)) target[key] = cloneDerived(value);
    else continue;
    deriveField(target, key, ...origins);
  }
}

/** Merges in place where the field's type asks for it; returns whether `before` stays the field's value. */
function mergeInto(before: unknown, value: unknown, field: Field | undefined, replaceLists: boolean): boolean {
  if (before instanceof Unknown) return true;
  if (before instanceof OneOf) return false;
  if (field?.wrapper) return isDefault(value, field);
  if (!isObject(before) || !isObject(value)) return false;
  if (field?.shape === 'map' || field?.kind === 'S') {
    for (const [key, item] of Object.entries(value)) {
      before[key] = cloneDerived(item);
      deriveField(before, key, ...originsAt(value, [key]));
    }
    return true;
  }
  if (field?.kind === 'A') {
    if (Object.keys(value).length > 1) return false;
    before['@type'] = value['@type'];
    return true;
  }
  if (field?.kind !== 'm') return false;
  mergeMessage(before, value, field.message ?? '', replaceLists);
  return true;
}

function mergeList(before: unknown[], added: readonly unknown[], replace: boolean): void {
  if (replace) before.length = 0;
  for (const [index, item] of added.entries()) {
    before.push(cloneDerived(item));
    deriveField(before, before.length - 1, ...originsAt(added, [index]));
  }
}

function clearOneof(target: Message, field: Field, fields: ReadonlyMap<string, Field>): void {
  for (const other of fields.values())
    if (other.oneof === field.oneof && other.name !== field.name) delete target[other.name];
}

/**
 * Merges the contents of two Anys (istiod's `util.MergeAnyWithAny`).
 *
 * @returns the merged Any, or `target` itself where a type is not known
 * @throws PatchPanic where they are of different types
 */
export function mergeAny(target: Message, source: Message): Message {
  const type = anyMessage(target['@type']);
  const other = anyMessage(source['@type']);
  if (type === undefined || other === undefined || !fieldsOf(type) || !fieldsOf(other)) return target;
  if (type !== other) throw new PatchPanic(`cannot merge ${other} into ${type}`);
  const result = cloneDerived(target);
  const { '@type': _type, ...content } = source;
  const marked: Message = content;
  for (const key of Object.keys(content)) deriveField(marked, key, ...originsAt(source, [key]));
  mergeMessage(result, marked, type);
  return result;
}
