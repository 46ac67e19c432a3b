import type { VirtualHost } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { EgressListener, Registry, SidecarScope } from '../../../registry/types.ts';
import { type ProxyHeaders, proxyHeaders } from '../../http/proxy-headers.ts';
import { bracketed, domainName } from '../names.ts';
import { statefulSessionOverride } from '../stateful-session.ts';
import { virtualAddresses } from '../virtual-addresses.ts';
import { serviceDomains } from './domains.ts';
import { type HostGroup, hostGroups, type OutboundContext } from './host-group.ts';
import { type ReachableService, reachableServices } from './reachable-service.ts';
import { selectVirtualServices } from './virtual-service-hosts.ts';

/**
 * All virtual hosts of an outbound listener port, unsorted (istiod's `BuildSidecarOutboundVirtualHosts`).
 *
 * @param listenerPort 0 for an HTTP proxy port or a unix socket: then every port of every service counts
 */
export function outboundVirtualHosts(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  egress: EgressListener,
  listenerPort: number,
): VirtualHost[] {
  const services = reachableServices(egress, listenerPort);
  const context: OutboundContext = { registry, proxy, scope, egress, listenerPort, services };
  // On port 80 also VirtualServices count whose hosts are no services at all.
  const virtualServices =
    listenerPort === 80 ? egress.virtualServices : selectVirtualServices(egress.virtualServices, services);
  const builder = new VirtualHostBuilder(context, hostGroups(virtualServices, context));
  const byPort = builder.build();
  if (listenerPort !== 0) return byPort.get(listenerPort) ?? [];
  return [...byPort].flatMap(([port, hosts]) => (port === 80 ? hosts : hosts.flatMap(withPortsOnly)));
}

/** A proxy port takes requests for any port: a domain without one means port 80. */
function withPortsOnly(host: VirtualHost): VirtualHost[] {
  const domains = host.domains.filter((domain) => domain.includes(':'));
  host.domains = domains;
  return domains.length > 0 ? [host] : [];
}

/** Turns groups into virtual hosts; a name or domain goes to the first that asks for it, for Envoy wants them unique. */
class VirtualHostBuilder {
  readonly #context: OutboundContext;
  readonly #groups: HostGroup[];
  readonly #headers: ProxyHeaders;
  readonly #names = new Set<string>();
  readonly #domains = new Set<string>();
  /** Full names of services, which the short form of another must not take. */
  readonly #fullNames = new Set<string>();

  constructor(context: OutboundContext, groups: HostGroup[]) {
    this.#context = context;
    this.#groups = groups;
    this.#headers = proxyHeaders(context.proxy, 'sidecar-outbound');
    for (const group of groups) {
      for (const { reachable } of group.services)
        this.#fullNames.add(reachable.hostname).add(domainName(reachable.hostname, group.port));
    }
  }

  build(): Map<number, VirtualHost[]> {
    const byPort = new Map<number, VirtualHost[]>();
    for (const group of this.#groups) {
      const hosts = byPort.get(group.port) ?? [];
      byPort.set(group.port, hosts);
      for (const { host, origin } of group.names) {
        const built = this.#host(host.toLowerCase(), group, undefined, [origin]);
        if (built) hosts.push(built);
      }
      for (const { reachable, origin } of group.services) {
        const built = this.#host(reachable.hostname, group, reachable, [origin, reachable.service.resource]);
        if (built) hosts.push(built);
      }
    }
    return byPort;
  }

  #host(
    hostname: string,
    group: HostGroup,
    reachable: ReachableService | undefined,
    sources: Source[],
  ): VirtualHost | undefined {
    const name = domainName(hostname, group.port);
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    const domains = this.#claim(reachable ? this.#serviceDomains(reachable, group.port) : nameDomains(hostname));
    if (domains.length === 0) return undefined;
    const host: VirtualHost = derive(
      {
        name,
        domains,
        routes: group.routes,
        include_request_attempt_count: this.#headers.includeRequestAttemptCount,
      },
      ...sources,
    );
    deriveField(host, 'routes', group.routesOrigin);
    deriveField(host, 'include_request_attempt_count', this.#headers.source);
    const session = statefulSessionOverride(this.#context.registry, reachable?.service);
    if (session) host['typed_per_filter_config'] = session;
    return host;
  }

  #claim({ domains, shortForms }: { domains: string[]; shortForms: Set<string> }): string[] {
    return domains.filter((domain) => {
      const key = domain.toLowerCase();
      if (this.#domains.has(key) || (shortForms.has(domain) && this.#fullNames.has(domain))) return false;
      this.#domains.add(key);
      return true;
    });
  }

  #serviceDomains({ service, hostname }: ReachableService, port: number): ReturnType<typeof serviceDomains> {
    const { registry, proxy, listenerPort } = this.#context;
    return serviceDomains({
      hostname,
      aliases: service.aliases.map((alias) => alias.hostname),
      addresses: virtualAddresses(service, proxy, registry, listenerPort === 0),
      headless: service.resolution === 'Passthrough' && service.registry === 'Kubernetes',
      // Envoy ignores the port of the host on an ordinary listener port.
      port: listenerPort === 0 ? port : 0,
      dnsDomain: proxy.dnsDomain,
      absolute: registry.environment.flag('PILOT_ENABLE_ABSOLUTE_FQDN_VHOST_DOMAIN', true),
    });
  }
}

function nameDomains(hostname: string): { domains: string[]; shortForms: Set<string> } {
  return { domains: [bracketed(hostname)], shortForms: new Set() };
}
