import type { VirtualHost } from '../../../model/envoy.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { Unknown } from '../../../model/unknown.ts';
import { bracketed, domainName } from '../names.ts';
import { statefulSessionOverride } from '../stateful-session.ts';
import { virtualAddresses } from '../virtual-addresses.ts';
import { serviceDomains } from './domains.ts';
import type { HostGroup, OutboundContext } from './host-group.ts';
import type { ReachableService } from './reachable-service.ts';

interface Domains {
  domains: string[];
  shortForms: Set<string>;
}

const contestedReason = 'istiod gives a domain that several services share to any one of them';

/** Turns groups of hosts into virtual hosts; a name or domain goes to the first that asks for it, for Envoy wants them unique. */
export class VirtualHostBuilder {
  readonly #context: OutboundContext;
  readonly #groups: HostGroup[];
  readonly #names = new Set<string>();
  readonly #domains = new Set<string>();
  /** Full names of services, which the short form of another must not take. */
  readonly #fullNames = new Set<string>();
  /** Domains that several services without a VirtualService ask for: istiod takes them in the order of a Go map. */
  readonly #contested = new Set<string>();

  constructor(context: OutboundContext, groups: HostGroup[]) {
    this.#context = context;
    this.#groups = groups;
    for (const group of groups) {
      for (const { reachable } of group.services)
        this.#fullNames.add(reachable.hostname).add(domainName(reachable.hostname, group.port));
    }
    this.#findContested();
  }

  /** Virtual hosts by port. */
  build(): Map<number, VirtualHost[]> {
    const byPort = new Map<number, VirtualHost[]>();
    for (const group of this.#groups) {
      const hosts = byPort.get(group.port) ?? [];
      byPort.set(group.port, hosts);
      for (const { host, origins } of group.names) {
        const built = this.#host(host.toLowerCase(), group, undefined, origins);
        if (built) hosts.push(built);
      }
      for (const { reachable, origins } of group.services) {
        const built = this.#host(reachable.hostname, group, reachable, [...origins, reachable.service.resource]);
        if (built) hosts.push(built);
      }
    }
    return byPort;
  }

  #findContested(): void {
    const askedBy = new Map<string, ReachableService>();
    for (const group of this.#groups) {
      if (!group.isDefault) continue;
      for (const { reachable } of group.services) {
        for (const domain of this.#ownDomains(this.#serviceDomains(reachable, group.port))) {
          const key = domain.toLowerCase();
          const other = askedBy.get(key);
          if (other && other !== reachable) this.#contested.add(key);
          askedBy.set(key, reachable);
        }
      }
    }
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
    const wanted = reachable ? this.#serviceDomains(reachable, group.port) : nameDomains(hostname);
    const domains = this.#claim(wanted, group);
    if (domains.length === 0) return undefined;
    const { inputs, registry } = this.#context;
    const host = derive(
      {
        name,
        domains: domains as string[],
        routes: group.routes,
        include_request_attempt_count: inputs.includeRequestAttemptCount,
      } as VirtualHost,
      ...sources,
    );
    deriveField(host, 'routes', ...group.routesOrigins);
    deriveField(host, 'include_request_attempt_count', inputs.headersSource);
    const session = statefulSessionOverride(registry, reachable?.service);
    if (session) host['typed_per_filter_config'] = session;
    return host;
  }

  #claim(wanted: Domains, group: HostGroup): (string | Unknown)[] {
    const claimed: (string | Unknown)[] = [];
    for (const domain of this.#ownDomains(wanted)) {
      const key = domain.toLowerCase();
      if (this.#domains.has(key)) continue;
      const contested = group.isDefault && this.#contested.has(key);
      if (!contested) this.#domains.add(key);
      // A proxy port takes requests for any port: a domain without one means port 80.
      if (this.#context.listenerPort === 0 && group.port !== 80 && !domain.includes(':')) continue;
      claimed.push(contested ? new Unknown(contestedReason) : domain);
    }
    return claimed;
  }

  /** Without the short forms that are another service's full name. */
  #ownDomains({ domains, shortForms }: Domains): string[] {
    return domains.filter((domain) => !shortForms.has(domain) || !this.#fullNames.has(domain));
  }

  #serviceDomains({ service, hostname }: ReachableService, port: number): Domains {
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

function nameDomains(hostname: string): Domains {
  return { domains: [bracketed(hostname)], shortForms: new Set() };
}
