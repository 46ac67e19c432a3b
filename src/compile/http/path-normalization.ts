import type { Message } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { deriveField } from '../../model/provenance.ts';
import type { Registry } from '../../registry/types.ts';

/** `MeshConfig.pathNormalization` on a connection manager: what Envoy does to a request's path before it is matched. */
export function applyPathNormalization(manager: Message, registry: Registry): void {
  const config = registry.mesh['pathNormalization'];
  const mode = isObject(config) ? (config['normalization'] ?? 'DEFAULT') : 'DEFAULT';
  manager['path_with_escaped_slashes_action'] =
    mode === 'DECODE_AND_MERGE_SLASHES' ? 'UNESCAPE_AND_FORWARD' : 'KEEP_UNCHANGED';
  manager['normalize_path'] = mode !== 'NONE';
  if (mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES') manager['merge_slashes'] = true;
  if (!isObject(config)) return;
  for (const field of ['path_with_escaped_slashes_action', 'normalize_path', 'merge_slashes'])
    deriveField(manager, field, [config, 'normalization']);
}
