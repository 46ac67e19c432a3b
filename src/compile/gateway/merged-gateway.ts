import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { idOf } from '../identity.ts';
import { listenerPorts, type SelectedGateway, selectedGateways } from './selection.ts';
import {
  type GatewayServer,
  gatewayRouteName,
  gatewayServer,
  isHttpServer,
  isPlainHttp,
  isTlsServer,
  mayBeHttp3,
} from './server.ts';

/** Servers of one port, protocol and bind address, which become one listener (istiod's `MergedServers`). */
export interface MergedServers {
  /** Port that the proxy listens on. */
  port: number;
  /** Protocol of the first server, as its Gateway writes it. */
  protocol: string;
  bind: string;
  servers: GatewayServer[];
  /** Of plain HTTP: the route configuration of the whole port. */
  routeName: string;
}

/** All Gateways of one proxy as one (istiod's `MergedGateway`). */
export interface MergedGateway {
  /** In the order in which the ports were first met. */
  ports: MergedServers[];
  /** Ports that are also served over QUIC, where istiod's QUIC listeners are on. */
  quicPorts: MergedServers[];
  /** Servers behind each route configuration: one for HTTPS, all of a port for HTTP. */
  serversByRouteName: Map<string, GatewayServer[]>;
  /** Route configurations that tell clients of HTTP/3. */
  http3Routes: Set<string>;
}

const known = new WeakMap<Registry, Map<string, MergedGateway | undefined>>();

/**
 * Merges the Gateways that select a proxy, oldest first (istiod's `mergeGateways`). A server that conflicts with an earlier
 * one is left out: another protocol on the same port and address, a TLS host that is taken.
 *
 * @returns undefined where no Gateway selects the proxy; one object for proxies with equal namespace, labels and Services
 */
export function mergedGateway(proxy: Proxy, registry: Registry): MergedGateway | undefined {
  let byInputs = known.get(registry);
  if (!byInputs) {
    byInputs = new Map();
    known.set(registry, byInputs);
  }
  const key = inputsOf(proxy, registry);
  if (!byInputs.has(key)) {
    const selected = selectedGateways(proxy, registry);
    byInputs.set(key, selected.length === 0 ? undefined : new Merger(registry).merge(selected));
  }
  return byInputs.get(key);
}

/** All that tells one gateway's pod from another's here, so that replicas share the result. */
function inputsOf(proxy: Proxy, registry: Registry): string {
  const targets = registry
    .serviceTargets(proxy)
    .map(({ service, port, targetPort }) => [idOf(service), port.port, targetPort]);
  return JSON.stringify([proxy.namespace, Object.entries(proxy.labels).sort(), targets]);
}

class Merger {
  readonly #ports = new Map<string, MergedServers>();
  readonly #quicPorts = new Map<string, MergedServers>();
  readonly #known = new Set<number>();
  /** The first plain text server's entry on a port. */
  readonly #plainText = new Map<number, MergedServers>();
  readonly #tlsBinds = new Map<number, Set<string>>();
  readonly #tlsHosts = new Map<number, Map<string, string>>();
  readonly #byRouteName = new Map<string, GatewayServer[]>();
  readonly #http3Routes = new Set<string>();
  readonly #quic: boolean;

  constructor(registry: Registry) {
    this.#quic = registry.environment.flag('PILOT_ENABLE_QUIC_LISTENERS', false);
  }

  merge(selected: SelectedGateway[]): MergedGateway {
    for (const item of selected) {
      const servers = item.gateway.spec['servers'];
      for (const config of Array.isArray(servers) ? (servers.filter(isObject) as JsonObject[]) : []) {
        const base = gatewayServer(item.gateway, config);
        if (!base) continue;
        for (const listenerPort of listenerPorts(base.port.number, item)) {
          const server = { ...base, listenerPort };
          this.#add({ ...server, routeName: gatewayRouteName(server) }, item);
        }
      }
    }
    return {
      ports: [...this.#ports.values()],
      quicPorts: [...this.#quicPorts.values()],
      serversByRouteName: this.#byRouteName,
      http3Routes: this.#http3Routes,
    };
  }

  #add(server: GatewayServer, selected: SelectedGateway): void {
    const port = server.listenerPort;
    if (server.tls && !this.#claimTlsHosts(server)) return;
    const plain = this.#plainText.get(port);
    if (!this.#known.has(port)) {
      this.#known.add(port);
      this.#open(server);
      if (isHttpServer(server)) this.#addQuic(server, selected);
    } else if (plain) this.#joinPlainText(server, plain, selected);
    else if (!isTlsServer(server)) this.#open(server);
    else this.#joinTls(server, selected);
  }

  /** Hosts of TLS servers become SNI matches, which must be unique on a port and address. */
  #claimTlsHosts(server: GatewayServer): boolean {
    const taken = this.#tlsHosts.get(server.listenerPort) ?? new Map<string, string>();
    this.#tlsHosts.set(server.listenerPort, taken);
    if (server.hosts.some((host) => taken.get(host) === server.bind)) return false;
    for (const host of server.hosts) taken.set(host, server.bind);
    return true;
  }

  #key(server: GatewayServer): string {
    return `${server.listenerPort} ${server.port.protocol} ${server.bind}`;
  }

  #entry(server: GatewayServer, routeName: string): MergedServers {
    const { listenerPort: port, bind } = server;
    return { port, protocol: server.port.protocol, bind, servers: [server], routeName };
  }

  #open(server: GatewayServer): void {
    const entry = this.#entry(server, server.routeName);
    this.#ports.set(this.#key(server), entry);
    if (!isTlsServer(server)) this.#plainText.set(server.listenerPort, entry);
    if (isHttpServer(server)) this.#byRouteName.set(server.routeName, [server]);
  }

  /** The port has plain text already: HTTP joins HTTP, and another address is another listener. */
  #joinPlainText(server: GatewayServer, plain: MergedServers, selected: SelectedGateway): void {
    const sameBind = plain.bind === server.bind;
    const bothHttp = isPlainHttp(server.protocol) && isPlainHttp(plain.servers[0]?.protocol ?? 'TCP');
    if (sameBind && (!bothHttp || server.routeName === '')) return;
    if (sameBind) {
      plain.servers.push(server);
      this.#join(server);
      return;
    }
    const own = this.#ports.get(this.#key(server));
    if (own) {
      own.routeName = server.routeName;
      own.servers.push(server);
      this.#join(server);
    } else this.#open(server);
    if (isHttpServer(server)) this.#addQuic(server, selected);
  }

  /** The port has TLS already: SNI tells the servers apart, and each HTTPS server has routes of its own. */
  #joinTls(server: GatewayServer, selected: SelectedGateway): void {
    if (isHttpServer(server)) {
      if (this.#byRouteName.has(server.routeName)) return;
      this.#byRouteName.set(server.routeName, [server]);
    }
    const binds = this.#tlsBinds.get(server.listenerPort) ?? new Set<string>();
    this.#tlsBinds.set(server.listenerPort, binds.add(server.bind));
    const own = this.#ports.get(this.#key(server));
    if (own) own.servers.push(server);
    else this.#ports.set(this.#key(server), this.#entry(server, ''));
    this.#addQuic(server, selected);
  }

  #join(server: GatewayServer): void {
    this.#byRouteName.set(server.routeName, [...(this.#byRouteName.get(server.routeName) ?? []), server]);
  }

  /** HTTP/3 needs a Service that has the port for UDP, too. */
  #addQuic(server: GatewayServer, selected: SelectedGateway): void {
    const udp = selected.targets.some(({ port }) => port.port === server.port.number && port.protocol === 'UDP');
    if (!this.#quic || !mayBeHttp3(server) || !udp) return;
    this.#http3Routes.add(server.routeName);
    const entry = this.#quicPorts.get(this.#key(server));
    if (entry) entry.servers.push(server);
    else this.#quicPorts.set(this.#key(server), this.#entry(server, ''));
  }
}
