import { load } from 'js-yaml';
import { isObject, type JsonObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { place } from './mesh-config.ts';
import { mergeProxyConfig } from './mesh-defaults.ts';
import type { ResourceIndex } from './resources.ts';
import type { MeshConfig } from './types.ts';
import { matchesLabels } from './workload-labels.ts';

/**
 * The ProxyConfig that injection would give a pod now (model.ProxyConfigs.EffectiveProxyConfig): the mesh's
 * `defaultConfig`, then ProxyConfig resources of the root namespace, of the own namespace and of the workload, then the
 * pod's annotation.
 */
export function effectiveProxyConfig(pod: Resource, resources: ResourceIndex, mesh: MeshConfig): JsonObject {
  const all = resources.list('ProxyConfig');
  const inNamespace = (namespace: string) => all.filter((item) => item.metadata.namespace === namespace);
  const root = inNamespace(mesh.rootNamespace).find((item) => !selectorOf(item));
  const own = inNamespace(pod.metadata.namespace);
  const ownDefault = pod.metadata.namespace === mesh.rootNamespace ? undefined : own.find((item) => !selectorOf(item));
  const workload = own.find((item) => {
    const selector = selectorOf(item);
    return selector !== undefined && matchesLabels(selector, pod.metadata.labels);
  });
  let config = mesh['defaultConfig'] as JsonObject;
  for (const item of [root, ownDefault, workload]) if (item) config = mergeProxyConfig(config, toMeshForm(item));
  const annotation = pod.metadata.annotations['proxy.istio.io/config'];
  const overlay = annotation === undefined ? undefined : load(annotation);
  if (!isObject(overlay)) return config;
  place(overlay, pod, ['metadata', 'annotations', 'proxy.istio.io/config']);
  return mergeProxyConfig(config, overlay);
}

function selectorOf(item: Resource): Record<string, string> | undefined {
  const selector = item.spec['selector'];
  const labels = isObject(selector) ? selector['matchLabels'] : undefined;
  return isObject(labels) && Object.keys(labels).length > 0 ? (labels as Record<string, string>) : undefined;
}

/** The fields of the resource in the form of MeshConfig's ProxyConfig. */
function toMeshForm(item: Resource): JsonObject {
  const { concurrency, environmentVariables, image } = item.spec;
  const config: JsonObject = {};
  if (concurrency !== undefined) config['concurrency'] = concurrency;
  if (environmentVariables !== undefined) config['proxyMetadata'] = environmentVariables;
  if (image !== undefined) config['image'] = image;
  return standsFor(config, item.spec);
}
