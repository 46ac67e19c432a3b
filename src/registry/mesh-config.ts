import { load } from 'js-yaml';
import { unknownFields } from '../model/istio-version.ts';
import { isObject, type Json, type JsonObject, type Path } from '../model/json.ts';
import { placeOf, standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { defaultMeshConfig, mergeProxyConfig, zeroMeshConfig } from './mesh-defaults.ts';
import type { ResourceIndex } from './resources.ts';
import type { MeshConfig } from './types.ts';

/**
 * The MeshConfig in force (pkg/config/mesh.ApplyMeshConfig): every field of the ConfigMap replaces the default, except
 * that `defaultConfig` and `defaultProviders` are merged, `extensionProviders` by name, and `trustDomainAliases` sorted.
 *
 * @param configMap the ConfigMap `istio`; its `data.mesh` is YAML
 * @param minor minor version of the control plane
 * @param effective what istiod itself answered; it holds for the state that istiod reads, so not where the ConfigMap comes from Git
 * @throws YAMLException where `data.mesh` is not YAML
 */
export function meshConfig(configMap: Resource | undefined, minor: number, effective?: JsonObject): MeshConfig {
  const written = readYaml(configMap, 'mesh');
  if (effective && configMap?.side !== 'git') {
    const mesh = { ...zeroMeshConfig(), ...effective };
    placeAs(mesh, written);
    return mesh as MeshConfig;
  }
  for (const field of unknownFields('MeshConfig', minor)) delete written[field];
  return applyMeshConfig(defaultMeshConfig(), written) as MeshConfig;
}

/** Gives the containers of a value the places of those that were written for it; providers are found by name. */
function placeAs(value: unknown, written: unknown): void {
  if (typeof value !== 'object' || value === null || typeof written !== 'object' || written === null) return;
  if (Array.isArray(value) !== Array.isArray(written)) return;
  if (placeOf(written)) standsFor(value, written);
  for (const [key, item] of Object.entries(value)) {
    const name = Array.isArray(value) && isObject(item) ? item['name'] : undefined;
    const named =
      typeof name === 'string' && (written as unknown[]).find((other) => isObject(other) && other['name'] === name);
    placeAs(item, named || (name === undefined ? (written as Record<string, unknown>)[key] : undefined));
  }
}

/** The ConfigMap `istio` of istiod's namespace; a revision has its own, `istio-REVISION`. */
export function findMeshConfigMap(resources: ResourceIndex, namespace: string, revision: string): Resource | undefined {
  const names = revision === 'default' ? ['istio'] : [`istio-${revision}`, 'istio'];
  return names
    .map((name) => resources.get('', 'ConfigMap', namespace, name))
    .find((item) => isObject((item?.object as JsonObject | undefined)?.['data']));
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

/** Gives every container of YAML that was parsed from a text inside a resource the place of the text, and its own below it. */
export function place(value: object, resource: Resource, path: Path): void {
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
