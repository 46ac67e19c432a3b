import { RE2JS } from 're2js';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject, ownValue } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { attaches } from '../policy-attachment.ts';
import { type ApplyTo, messageOf, type Operation, type Patch } from './patch.ts';
import { readValue, ValueError } from './value.ts';

/** A patch that istiod drops for every proxy, and why. */
export interface RefusedPatch {
  resource: Resource;
  index: number;
  reason: string;
}

/**
 * The patches that hold for a proxy, in the order in which istiod applies them (`PushContext.EnvoyFilters`): those of the
 * root namespace and of the proxy's own, by priority, then root namespace first, then age, then name.
 *
 * @param refused collects patches that cannot be read
 */
export function selectPatches(proxy: Proxy, registry: Registry, refused: RefusedPatch[] = []): Patch[] {
  const root = registry.mesh.rootNamespace;
  return registry
    .resources('EnvoyFilter')
    .filter((filter) => selectsWorkload(filter, proxy, registry))
    .sort(
      (a, b) =>
        priority(a) - priority(b) || Number(b.metadata.namespace === root) - Number(a.metadata.namespace === root),
    )
    .flatMap((filter) => patchesOf(filter, proxy, registry, refused));
}

/** Whether an EnvoyFilter is for a proxy by namespace and labels, whatever version its patches ask for. */
export function selectsWorkload(filter: Resource, proxy: Proxy, registry: Registry): boolean {
  const { namespace } = filter.metadata;
  if (namespace !== registry.mesh.rootNamespace && namespace !== proxy.namespace) return false;
  return attaches(filter, proxy, registry, workloadLabels(filter));
}

function workloadLabels(filter: Resource): Record<string, string> {
  const selector = filter.spec['workloadSelector'];
  const labels = isObject(selector) ? selector['labels'] : undefined;
  return isObject(labels) ? (labels as Record<string, string>) : {};
}

function priority(filter: Resource): number {
  return typeof filter.spec['priority'] === 'number' ? filter.spec['priority'] : 0;
}

function patchesOf(filter: Resource, proxy: Proxy, registry: Registry, refused: RefusedPatch[]): Patch[] {
  const configs = filter.spec['configPatches'];
  if (!Array.isArray(configs)) return [];
  return configs.flatMap((config, index) => {
    if (!isObject(config) || !isObject(config['patch'])) return [];
    const match = isObject(config['match']) ? (config['match'] as JsonObject) : {};
    if (!proxyMatches(match['proxy'], proxy, registry)) return [];
    try {
      return [toPatch(filter, index, config as JsonObject, config['patch'] as JsonObject, match)];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      refused.push({ resource: filter, index, reason: error.message });
      return [];
    }
  });
}

const insertable: readonly ApplyTo[] = ['HTTP_FILTER', 'NETWORK_FILTER', 'HTTP_ROUTE', 'LISTENER_FILTER'];

function toPatch(resource: Resource, index: number, config: JsonObject, patch: JsonObject, match: JsonObject): Patch {
  const applyTo = config['applyTo'] as ApplyTo;
  const message = ownValue(messageOf, String(applyTo));
  if (message === undefined)
    throw new ValueError(
      applyTo === undefined ? 'it has no applyTo' : `applyTo ${JSON.stringify(applyTo)} is not known`,
    );
  const written = patch['operation'] as Operation;
  const operation = written?.startsWith('INSERT_') && !insertable.includes(applyTo) ? 'ADD' : written;
  const context = (match['context'] ?? 'ANY') as Patch['context'];
  const value = patch['value'] === undefined ? undefined : readValue(patch['value'], message);
  return { resource, index, applyTo, operation, context, match, value, applied: false };
}

/** istiod's `proxyMatch`: the proxy's version by RE2 expression (found anywhere in it), and its node metadata. */
function proxyMatches(match: unknown, proxy: Proxy, registry: Registry): boolean {
  if (!isObject(match)) return true;
  const version = match['proxyVersion'];
  if (typeof version === 'string' && version !== '' && !proxyVersionMatches(version, proxy.istioVersion, registry))
    return false;
  const metadata = isObject(match['metadata']) ? match['metadata'] : {};
  return Object.entries(metadata).every(([key, value]) => proxy.metadata[key] === value);
}

/** Whether a patch's `proxyVersion` asks for a version. An expression that does not compile is no condition for istiod. */
export function proxyVersionMatches(expression: string, version: string, registry: Registry): boolean {
  if (behaviour(registry).proxyVersionLengthLimit && expression.length > 1024) return false;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(expression);
  } catch {
    return true;
  }
  return version !== '' && compiled.matcher(version).find();
}
