import type { Application, Peer, Sender, World } from '../../explain/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import { isObject, objects } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { inDoubt } from './declared-ports.ts';
import { type Interception, interceptionOf, ownAddresses } from './interception.ts';

/** The configuration of a proxy by its id; undefined where it cannot be had. */
export type ConfigOf = (proxy: Proxy) => ProxyConfig | undefined;

/** What a question takes for granted. */
export interface Settings {
  /** Status that applications answer with. */
  answer?: number;
  /** Seconds since 1970. */
  now?: number;
  /** What the application of a pod does at a port, where that is known. */
  application?(pod: string, port: number): Application | undefined;
}

/**
 * The mesh as a request meets it: who stands at an address, and whose proxy takes what. One mesh has the compiled
 * configurations of a state, another the live ones.
 */
export class Mesh {
  readonly registry: Registry;
  readonly #configOf: ConfigOf;
  readonly #pods = new Map<string, Resource>();
  readonly #byId: Map<string, Resource>;
  readonly #proxies: Map<string, Proxy>;
  readonly #proxyOf = new Map<Resource, Proxy>();
  /** Names of the Services that have an address. */
  readonly #services = new Map<string, string>();
  readonly #interceptions = new Map<Resource, Interception>();

  constructor(registry: Registry, pods: readonly Resource[], configOf: ConfigOf) {
    this.registry = registry;
    this.#configOf = configOf;
    this.#proxies = new Map(registry.proxies.map((proxy) => [idOf(proxy.pod), proxy]));
    this.#byId = new Map(pods.map((pod) => [idOf(pod), pod]));
    for (const pod of pods)
      for (const ip of isRunning(pod) ? ownAddresses(pod) : []) if (!this.#pods.has(ip)) this.#pods.set(ip, pod);
    for (const service of registry.services)
      if (service.registry === 'Kubernetes')
        for (const ip of service.addresses) this.#services.set(ip, service.hostname);
  }

  proxyOf(pod: Resource): Proxy | undefined {
    let proxy = this.#proxyOf.get(pod);
    if (!proxy) {
      proxy = this.#proxies.get(idOf(pod));
      if (proxy) this.#proxyOf.set(pod, proxy);
    }
    return proxy;
  }

  interception(pod: Resource): Interception {
    let found = this.#interceptions.get(pod);
    if (!found) {
      found = interceptionOf(pod);
      this.#interceptions.set(pod, found);
    }
    return found;
  }

  /** The pod's proxy as a sender, or undefined where it has none or its configuration cannot be had. */
  sender(pod: Resource): Sender | undefined {
    const proxy = this.proxyOf(pod);
    const config = proxy && this.#configOf(proxy);
    return (
      proxy && config && { name: proxy.id, config, principal: this.principal(proxy), address: proxy.ipAddresses[0] }
    );
  }

  /** What the walk asks of its surroundings. */
  world(settings: Settings): World {
    return {
      ...settings,
      peerAt: (address, port) => this.peerAt(address, port),
      addressesOf: (name) => this.#addressesOf(name),
      application: settings.application ?? ((pod, port) => inDoubt(this.#byId.get(pod), port)),
    };
  }

  /** What the cluster's DNS answers for a name; undefined for an address, and for names of other servers of DNS. */
  #addressesOf(name: string): readonly string[] | undefined {
    const suffix = `.svc.${this.registry.domainSuffix}`;
    if (!name.endsWith(suffix)) return undefined;
    const service = this.registry.serviceByHostname(name).find((it) => it.registry === 'Kubernetes');
    if (!service) return [];
    if (service.externalName !== '') return undefined;
    const fixed = service.addresses.filter((it) => it !== '0.0.0.0' && !it.includes('/'));
    if (fixed.length > 0) return fixed;
    const [port] = service.ports;
    const endpoints = port ? this.registry.endpoints(service, port) : [];
    return [...new Set(endpoints.filter((it) => it.health !== 'UNHEALTHY').map((it) => it.address))];
  }

  /** Who stands at an address and port. */
  peerAt(address: string, port: number): Peer {
    const pod = this.#pods.get(address);
    if (!pod) {
      const service = this.#services.get(address);
      const name = service
        ? `${service} (${address}:${port}), a Service that is reached past its cluster,`
        : `${address === '' ? 'a server' : `${address}:${port}`}`;
      return { name, address, outside: true };
    }
    const proxy = this.proxyOf(pod);
    const name = idOf(pod);
    if (!proxy) return { name, address };
    const principal = this.principal(proxy);
    if (proxy.type === 'router') {
      const config = this.#configOf(proxy);
      if (config) return { name, address, principal, config, gateway: true };
    }
    const { mode, inbound } = this.interception(pod);
    if (mode !== 'NONE' && !inbound(port))
      return { name, address, principal, note: `port ${port} does not go through its proxy` };
    const config = this.#configOf(proxy);
    if (!config) return { name: `${name} (its configuration cannot be had)`, address, outside: true };
    const listens = mode !== 'NONE' || config.listeners.some((it) => listensOn(it, port));
    return listens
      ? { name, address, principal, config }
      : { name, address, principal, note: `interception is off and no listener has port ${port}` };
  }

  /** Whether the proxy's container runs, as far as the pod's status says. */
  proxyRuns(pod: Resource): boolean {
    const status = isObject(pod.object['status']) ? pod.object['status'] : {};
    const all = [...objects(status['containerStatuses']), ...objects(status['initContainerStatuses'])];
    const proxy = all.find((it) => it['name'] === 'istio-proxy');
    return !proxy || !isObject(proxy['state']) || isObject(proxy['state']['running']);
  }

  principal(proxy: Proxy): string {
    return `spiffe://${this.registry.mesh.trustDomain || 'cluster.local'}/ns/${proxy.namespace}/sa/${proxy.serviceAccount || 'default'}`;
  }
}

function listensOn(listener: { [field: string]: unknown }, port: number): boolean {
  const socket = (listener['address'] as { socket_address?: { port_value?: number } } | undefined)?.socket_address;
  return (
    listener['traffic_direction'] === 'INBOUND' && listener['name'] !== 'virtualInbound' && socket?.port_value === port
  );
}

/** `namespace/pod`. */
export function idOf(pod: Resource): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

function isRunning(pod: Resource): boolean {
  const status = pod.object['status'] as { phase?: string } | undefined;
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}
