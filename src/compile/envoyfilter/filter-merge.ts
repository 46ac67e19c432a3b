import type { Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { deriveField, originsAt } from '../../model/provenance.ts';
import { mergeTypedConfig } from './cluster.ts';
import { type Patch, valueOf } from './patch.ts';

/** Merges a patch into a filter that has a typed config: that config, and the name where the patch gives one. */
export function mergeFilter(filter: Message, patch: Patch, { rename }: { rename: boolean }): void {
  if (!isObject(filter['typed_config'])) return;
  const value = valueOf(patch);
  mergeTypedConfig(filter, value);
  patch.applied = true;
  if (!rename || !value['name']) return;
  filter['name'] = value['name'];
  deriveField(filter, 'name', ...originsAt(value, ['name']));
}
