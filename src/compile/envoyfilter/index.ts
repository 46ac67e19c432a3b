import type { Cluster, Listener, Message, ProxyConfig, RouteConfiguration } from '../../model/envoy.ts';
import { isObject } from '../../model/json.ts';
import { cloneDerived } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { mergedGateway } from '../gateway/merged-gateway.ts';
import { patchClusters } from './cluster.ts';
import { completeClusters, completeListeners, completeRoutes } from './complete.ts';
import { patchListeners, patchVirtualListener } from './listener.ts';
import type { Patch } from './patch.ts';
import { patchRouteConfiguration } from './route.ts';
import { type PortMap, parseGatewayRouteName } from './route-match.ts';
import { type RefusedPatch, selectPatches } from './select.ts';

/** A patch that holds for a proxy and changed nothing on it. */
export interface IdlePatch {
  resource: Resource;
  /** Position in `spec.configPatches`. */
  index: number;
  /** Why: it found nothing to patch, or its value cannot be read. */
  reason: string;
  /** Its value cannot be read: istiod drops the patch wherever it holds. */
  refused?: boolean;
}

/**
 * The EnvoyFilters of one proxy. Used in istiod's order: clusters and listeners first, then routes, which the patched
 * listeners ask for. Each method returns patched copies; patched values are marked with their place in the EnvoyFilter.
 */
export class EnvoyFilterPatches {
  readonly #proxy: Proxy;
  readonly #registry: Registry;
  readonly #patches: Patch[];
  readonly #refused: RefusedPatch[] = [];

  constructor(proxy: Proxy, registry: Registry) {
    this.#proxy = proxy;
    this.#registry = registry;
    this.#patches = selectPatches(proxy, registry, this.#refused);
  }

  clusters(clusters: Cluster[]): Cluster[] {
    if (!this.#has('CLUSTER')) return clusters;
    const patched = patchClusters(cloneDerived(clusters), this.#patches, this.#proxy, this.#registry);
    completeClusters(patched);
    return patched;
  }

  /** Route tables inside inbound listeners are patched as route configurations before the listeners are. */
  listeners(listeners: Listener[]): Listener[] {
    if (!this.#has('LISTENER', 'FILTER_CHAIN', 'FILTER', 'ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'))
      return listeners;
    const patched = this.#patchListeners(cloneDerived(listeners));
    completeListeners(patched);
    return patched;
  }

  #patchListeners(own: Listener[]): Listener[] {
    if (this.#proxy.type === 'router') return patchListeners(own, this.#patches, 'GATEWAY');
    const isVirtual = ({ name }: Listener) => name === 'virtualInbound' || name === 'virtualOutbound';
    const contextOf = (listener: Listener) =>
      listener['traffic_direction'] === 'INBOUND' ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND';
    for (const configuration of own.filter((item) => contextOf(item) === 'SIDECAR_INBOUND').flatMap(inlineRoutes))
      patchRouteConfiguration(configuration, this.#patches, 'SIDECAR_INBOUND', new Map());
    const virtual = own.filter(isVirtual).flatMap((item) => patchVirtualListener(item, this.#patches, contextOf(item)));
    const rest = own.filter((listener) => !isVirtual(listener));
    const contexts = rest.map(contextOf);
    return [
      ...virtual,
      ...patchListeners(
        rest.filter((_, at) => contexts[at] === 'SIDECAR_INBOUND'),
        this.#patches,
        'SIDECAR_INBOUND',
      ),
      ...patchListeners(
        rest.filter((_, at) => contexts[at] === 'SIDECAR_OUTBOUND'),
        this.#patches,
        'SIDECAR_OUTBOUND',
      ),
    ];
  }

  routes(routes: RouteConfiguration[]): RouteConfiguration[] {
    if (!this.#has('ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE')) return routes;
    const context = this.#proxy.type === 'router' ? 'GATEWAY' : 'SIDECAR_OUTBOUND';
    const ports = context === 'GATEWAY' ? portMap(this.#proxy, this.#registry) : new Map();
    const own = cloneDerived(routes);
    for (const configuration of own) patchRouteConfiguration(configuration, this.#patches, context, ports);
    completeRoutes(own);
    return own;
  }

  /** What changed nothing, once all is patched. Bootstrap patches act where a pod is injected, extension configs over ECDS: they are not judged. */
  idle(): IdlePatch[] {
    const idle = this.#patches
      .filter(({ applied, applyTo }) => !applied && applyTo !== 'BOOTSTRAP' && applyTo !== 'EXTENSION_CONFIG')
      .map(({ resource, index }) => ({ resource, index, reason: 'nothing on the proxy matches it' }));
    return [...idle, ...this.#refused.map((patch) => ({ ...patch, refused: true }))];
  }

  #has(...kinds: string[]): boolean {
    return this.#patches.some(({ applyTo }) => kinds.some((kind) => applyTo.includes(kind)));
  }
}

function inlineRoutes(listener: Listener): RouteConfiguration[] {
  const chains = [...(listener.filter_chains ?? []), listener.default_filter_chain ?? {}];
  return chains
    .flatMap((chain) => chain.filters ?? [])
    .map((filter: Message) => filter['typed_config']?.route_config)
    .filter(isObject) as RouteConfiguration[];
}

/** istiod's `getTargetPortMap`. */
function portMap(proxy: Proxy, registry: Registry): PortMap {
  const ports = new Map<number, Set<number>>();
  for (const [name, servers] of mergedGateway(proxy, registry)?.serversByRouteName ?? []) {
    const { port } = parseGatewayRouteName(name);
    const behind = ports.get(port) ?? new Set();
    for (const server of servers) behind.add(server.port.number);
    ports.set(port, behind);
  }
  return ports;
}

const idleByConfig = new WeakMap<ProxyConfig, IdlePatch[]>();

/** Remembers, for `idlePatches`, which patches changed nothing while `config` was compiled. */
export function noteIdle(config: ProxyConfig, patches: EnvoyFilterPatches): ProxyConfig {
  idleByConfig.set(config, patches.idle());
  return config;
}

/** Remembers the same of `config` as of `other`, which it is a copy of. */
export function noteIdleAs(config: ProxyConfig, other: ProxyConfig): ProxyConfig {
  idleByConfig.set(config, idleByConfig.get(other) ?? []);
  return config;
}

/** The EnvoyFilter patches that hold for a proxy and changed nothing, by its compiled config (as `compileProxy` returned it). */
export function idlePatches(config: ProxyConfig): readonly IdlePatch[] {
  return idleByConfig.get(config) ?? [];
}
