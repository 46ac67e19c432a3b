import { compileOutboundListeners } from '../../src/compile/listener/outbound/index.ts';
import type { Filter, FilterChain, Listener, Message } from '../../src/model/envoy.ts';
import type { MeshOptions, PodOptions } from './mesh.ts';
import { meshOf, podYaml, proxyOf } from './mesh.ts';

/** YAML of an object; a name without `/` is of the namespace `shop`. */
export function objectYaml(apiVersion: string, kind: string, name: string, spec: object, extra: object = {}): string {
  const [namespace, own] = name.includes('/') ? name.split('/') : ['shop', name];
  const metadata = { name: own, namespace, creationTimestamp: '2026-01-01T00:00:00Z', ...extra };
  return `---\n${JSON.stringify({ apiVersion, kind, metadata, spec })}\n`;
}

export function serviceYaml(name: string, clusterIP: string, ports: object[], extra: object = {}): string {
  return objectYaml('v1', 'Service', name, { clusterIP, selector: { app: name }, ports }, extra);
}

export function serviceEntryYaml(name: string, spec: object, extra: object = {}): string {
  return objectYaml('networking.istio.io/v1', 'ServiceEntry', name, { location: 'MESH_EXTERNAL', ...spec }, extra);
}

export const virtualServiceYaml = (name: string, spec: object): string =>
  objectYaml('networking.istio.io/v1', 'VirtualService', name, spec);
export const destinationRuleYaml = (name: string, spec: object): string =>
  objectYaml('networking.istio.io/v1', 'DestinationRule', name, spec);
export const sidecarYaml = (spec: object): string => objectYaml('networking.istio.io/v1', 'Sidecar', 'own', spec);

/** The outbound listeners of the pod `shop/client` by name. */
export function outbound(yaml: string, pod: PodOptions = {}, options: MeshOptions = {}): Map<string, Listener> {
  const mesh = { outboundTrafficPolicy: { mode: 'ALLOW_ANY' }, ...options.mesh };
  const labels = { app: 'client' };
  const registry = meshOf(podYaml('shop/client', { addresses: ['10.0.0.9'], labels, ...pod }) + yaml, {
    ...options,
    mesh,
  });
  const listeners = compileOutboundListeners(proxyOf(registry, 'shop/client'), registry);
  return new Map(listeners.map((listener) => [listener.name, listener]));
}

const configOf = (filter: Filter | undefined): Message => filter?.['typed_config'] ?? {};
export const lastFilter = (chain: FilterChain | undefined): Message => configOf(chain?.filters?.at(-1));
export const shortNames = (filters: Filter[] | undefined): string[] =>
  (filters ?? []).map((filter) => filter.name.split('.').at(-1) as string);

/** Where each chain leads, with what it asks for; the default chain last. */
export function leads(listener: Listener | undefined): string[] {
  const describe = (chain: FilterChain): string => {
    const match = chain.filter_chain_match ?? {};
    const ranges = ((match['prefix_ranges'] ?? []) as Message[]).map(
      (range) => `${range['address_prefix']}/${range['prefix_len']}`,
    );
    const asks = [...(match['server_names'] ?? []), ...ranges, ...(match['application_protocols'] ?? [])];
    const last = lastFilter(chain);
    const weighted = (last['weighted_clusters']?.clusters as Message[] | undefined)?.map(
      (share) => `${share['name']}=${share['weight']}`,
    );
    const target = last['rds'] ? `rds ${last['rds'].route_config_name}` : (last['cluster'] ?? weighted?.join('+'));
    return `${asks.join(' ') || '*'} -> ${target}`;
  };
  const chains = (listener?.filter_chains ?? []).map(describe);
  return listener?.default_filter_chain ? [...chains, `default ${describe(listener.default_filter_chain)}`] : chains;
}
