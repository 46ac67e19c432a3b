import type { Filter } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject, objects } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { attaches } from '../policy-attachment.ts';
import type { ListenerClass } from './listener-class.ts';
import { perProxy } from './per-proxy.ts';
import { workloadMode } from './telemetry.ts';
import { any } from './typed-config.ts';

/** Where in the filter stack an extension stands: before authentication, before authorization, or after both. */
export type ExtensionPhase = 'AUTHN' | 'AUTHZ' | 'STATS' | 'UNSPECIFIED';

/** The listener that extensions are matched with: `match[].mode` by its class, `match[].ports` by its port. */
export interface ExtensionListener {
  class: ListenerClass;
  port: number;
}

/** A WasmPlugin or TrafficExtension in one form. */
interface Extension {
  resource: Resource;
  name: string;
  layer: 'http' | 'network';
  /** Inline Lua code; undefined for Wasm, whose config comes over ECDS. */
  lua?: string;
  /** Message that holds the Lua code or the Wasm's URL. */
  config: JsonObject;
}

/**
 * The filters of WasmPlugins and TrafficExtensions for a listener, phase by phase, in each by descending priority and
 * age (istiod's `TrafficExtensionsByListenerInfo` and `PopAppendHTTPTrafficExtension`). Lua stands in the filter itself;
 * Wasm is fetched over ECDS by name.
 */
export function extensionFilters(
  proxy: Proxy,
  registry: Registry,
  listener: ExtensionListener,
  layer: 'http' | 'network',
  ...phases: ExtensionPhase[]
): Filter[] {
  const found = extensions(proxy, registry).filter(
    (extension) => extension.layer === layer && matchesListener(extension.resource, listener),
  );
  return phases.flatMap((phase) =>
    found
      .filter(({ resource }) => phaseOf(resource) === phase)
      .sort((a, b) => priority(b.resource) - priority(a.resource))
      .map(toFilter),
  );
}

function toFilter(extension: Extension): Filter {
  const { resource, name, layer, lua, config } = extension;
  if (lua !== undefined) {
    const typed = any('envoy.extensions.filters.http.lua.v3.Lua', { default_source_code: { inline_string: lua } });
    const filter: Filter = { name, typed_config: typed };
    return deriveField(derive(filter, resource), 'typed_config', [config, 'inlineCode']);
  }
  const filter: Filter = {
    name,
    config_discovery: {
      config_source: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' },
      type_urls: [
        `type.googleapis.com/envoy.extensions.filters.${layer}.wasm.v3.Wasm`,
        `type.googleapis.com/envoy.extensions.filters.${layer}.rbac.v3.RBAC`,
      ],
    },
  };
  return derive(filter, resource);
}

/** Whether any extension attaches to the proxy. */
export function hasExtensions(proxy: Proxy, registry: Registry): boolean {
  return extensions(proxy, registry).length > 0;
}

function extensions(proxy: Proxy, registry: Registry): Extension[] {
  return perProxy(proxy, registry, 'extensions', () => attachedExtensions(proxy, registry));
}

/** The extensions that attach to the proxy: those of its own namespace, then those of the root namespace. */
function attachedExtensions(proxy: Proxy, registry: Registry): Extension[] {
  const { trafficExtensions } = behaviour(registry);
  const all = [
    ...(trafficExtensions ? registry.resources('TrafficExtension') : []),
    ...registry.resources('WasmPlugin'),
  ].filter((resource) => attaches(resource, proxy, registry));
  const namespaces = [...new Set([proxy.namespace, registry.mesh.rootNamespace])];
  return namespaces.flatMap((namespace) =>
    all
      .filter(({ metadata }) => metadata.namespace === namespace)
      .sort((a, b) => byAge(a, b, trafficExtensions))
      .flatMap((resource) => toExtension(resource, trafficExtensions) ?? []),
  );
}

/** Oldest first, ties by name; where WasmPlugins are translated both kinds are one list. */
function byAge(a: Resource, b: Resource, translated: boolean): number {
  const key = ({ metadata }: Resource): string => metadata.creationTimestamp ?? '';
  if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
  return resourceName(a, translated) < resourceName(b, translated) ? -1 : 1;
}

function resourceName({ kind, metadata }: Resource, translated: boolean): string {
  return kind === 'WasmPlugin' && translated ? `${metadata.name}~istio-translated-wasmplugin` : metadata.name;
}

function toExtension(resource: Resource, translated: boolean): Extension | undefined {
  const { spec, metadata } = resource;
  const kind = translated ? 'trafficextension' : 'wasmplugin';
  const name = `extensions.istio.io/${kind}/${metadata.namespace}.${resourceName(resource, translated)}`;
  if (isObject(spec['lua']) && !isObject(spec['wasm'])) {
    const config = spec['lua'] as JsonObject;
    const code = typeof config['inlineCode'] === 'string' ? config['inlineCode'] : '';
    const usable = code !== '' && Buffer.byteLength(code) <= 65536;
    return usable ? { resource, name, layer: 'http', lua: code, config } : undefined;
  }
  const config = (resource.kind === 'WasmPlugin' ? spec : spec['wasm']) as JsonObject | undefined;
  if (!isObject(config) || (translated && !config['url'])) return undefined;
  return { resource, name, layer: config['type'] === 'NETWORK' ? 'network' : 'http', config };
}

function phaseOf({ spec }: Resource): ExtensionPhase {
  const phase = spec['phase'];
  return phase === 'AUTHN' || phase === 'AUTHZ' || phase === 'STATS' ? phase : 'UNSPECIFIED';
}

function priority({ spec }: Resource): number {
  return typeof spec['priority'] === 'number' ? spec['priority'] : -(2 ** 31);
}

function matchesListener({ spec }: Resource, listener: ExtensionListener): boolean {
  const matches = objects(spec['match']);
  if (matches.length === 0) return true;
  return matches.some((match) => {
    const mode = match['mode'] ?? 'UNDEFINED';
    const ports = objects(match['ports']);
    return (
      (mode === 'UNDEFINED' || mode === 'CLIENT_AND_SERVER' || mode === workloadMode(listener.class)) &&
      (ports.length === 0 || ports.some((port) => port['number'] === listener.port))
    );
  });
}
