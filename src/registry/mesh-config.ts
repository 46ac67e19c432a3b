import { load } from 'js-yaml';
import { isObject, type Json, type JsonObject, type Path } from '../model/json.ts';
import { placeOf, standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { defaultMeshConfig, mergeProxyConfig } from './mesh-defaults.ts';
import type { MeshConfig } from './types.ts';

/**
 * The MeshConfig in force (pkg/config/mesh.ApplyMeshConfig): every field of the ConfigMap replaces the default, except
 * that `defaultConfig` and `defaultProviders` are merged, `extensionProviders` by name, and `trustDomainAliases` sorted.
 *
 * @param configMap the ConfigMap `istio`; its `data.mesh` is YAML
 * @param effective what istiod itself answered, laid under the ConfigMap: it knows defaults that the ConfigMap does not
 * @throws YAMLException where `data.mesh` is not YAML
 */
export function meshConfig(configMap: Resource | undefined, effective?: JsonObject): MeshConfig {
  const merged = effective ? applyMeshConfig(defaultMeshConfig(), effective) : defaultMeshConfig();
  return applyMeshConfig(merged, readYaml(configMap, 'mesh')) as MeshConfig;
}

/** The MeshNetworks of the ConfigMap's `data.meshNetworks`, or {}. */
export function meshNetworks(configMap: Resource | undefined): JsonObject {
  return readYaml(configMap, 'meshNetworks');
}

function readYaml(configMap: Resource | undefined, key: string): JsonObject {
  const data = configMap?.object['data'];
  const text = isObject(data) ? data[key] : undefined;
  if (!configMap || typeof text !== 'string' || text.trim() === '') return {};
  const value = load(text);
  if (!isObject(value)) return {};
  place(value, configMap, ['data', key]);
  return value as JsonObject;
}

/** Gives every container of parsed YAML its place below the ConfigMap's key. */
function place(value: object, resource: Resource, path: Path): void {
  standsFor(value, { resource, path });
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of entries) {
    if (typeof item === 'object' && item !== null) place(item, resource, [...path, key]);
  }
}

function applyMeshConfig(base: JsonObject, overlay: JsonObject): JsonObject {
  const merged: JsonObject = { ...base, ...overlay };
  if (isObject(overlay['defaultConfig']))
    merged['defaultConfig'] = mergeProxyConfig(base['defaultConfig'] as JsonObject, overlay['defaultConfig']);
  if (isObject(overlay['defaultProviders'])) {
    const providers = { ...(base['defaultProviders'] as JsonObject), ...overlay['defaultProviders'] } as JsonObject;
    merged['defaultProviders'] = standsFor(providers, overlay['defaultProviders']);
  }
  if (Array.isArray(overlay['extensionProviders']))
    merged['extensionProviders'] = mergeProviders(base['extensionProviders'], overlay['extensionProviders']);
  if (Array.isArray(overlay['trustDomainAliases']))
    merged['trustDomainAliases'] = [...new Set(overlay['trustDomainAliases'].map(String))].sort();
  return placeOf(overlay) ? standsFor(merged, overlay) : merged;
}

function mergeProviders(base: Json | undefined, overlay: Json[]): Json[] {
  const merged = Array.isArray(base) ? [...base] : [];
  const name = (provider: Json) => (isObject(provider) ? provider['name'] : undefined);
  for (const provider of overlay) {
    const at = merged.findIndex((known) => name(known) === name(provider));
    if (at < 0) merged.push(provider);
    else merged[at] = provider;
  }
  return merged;
}
