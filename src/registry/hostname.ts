/**
 * Istio's host name algebra (pkg/config/host): a name is exact, or a wildcard that begins with `*`.
 */
import ipaddr from 'ipaddr.js';

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether the two names overlap (host.Name.Matches). */
export function hostsOverlap(a: string, b: string): boolean {
  if (isWildcard(a)) {
    if (isWildcard(b)) {
      return a.length < b.length ? b.slice(1).endsWith(a.slice(1)) : a.slice(1).endsWith(b.slice(1));
    }
    return b.endsWith(a.slice(1));
  }
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Whether every name that `host` stands for is covered by `other` (host.Name.SubsetOf). */
export function isSubsetOf(host: string, other: string): boolean {
  if (isWildcard(host)) {
    return isWildcard(other) && host.length >= other.length && host.slice(1).endsWith(other.slice(1));
  }
  return isWildcard(other) ? host.endsWith(other.slice(1)) : host === other;
}

/** Whether the text is an IPv4 or IPv6 address, without zone or mask. */
export function isIpAddress(text: string): boolean {
  // Most names are plainly no addresses, and asking the library costs an exception for each.
  if (text.includes(':')) return ipaddr.IPv6.isValid(text);
  return /^[\d.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text);
}

/**
 * A short service name in a config of `namespace`, fully qualified (model.ResolveShortnameToFQDN). Names with a dot,
 * `*` and IP addresses are taken as they are.
 */
export function resolveShortName(host: string, namespace: string, domainSuffix: string): string {
  if (host === '' || host.includes('.') || host === '*' || isIpAddress(host)) return host;
  const qualified = namespace === '' ? host : `${host}.${namespace}`;
  return domainSuffix === '' ? qualified : `${qualified}.svc.${domainSuffix}`;
}

/** The namespace/name that a VirtualService's gateway reference means (model.resolveGatewayName). */
export function resolveGatewayName(gateway: string, namespace: string): string {
  if (gateway.includes('/')) return gateway.startsWith('./') ? `${namespace}${gateway.slice(1)}` : gateway;
  const [name, owner] = gateway.split('.');
  return owner === undefined ? `${namespace}/${gateway}` : `${owner}/${name}`;
}

/** FQDN of a Kubernetes Service. */
export function serviceHostname(name: string, namespace: string, domainSuffix: string): string {
  return `${name}.${namespace}.svc.${domainSuffix}`;
}

/** Values by host name, found by the most specific name that covers a host (model.MostSpecificHostMatch). */
export class HostIndex<V> {
  readonly #exact = new Map<string, V>();
  readonly #wildcard = new Map<string, V>();

  get(host: string): V | undefined {
    return (isWildcard(host) ? this.#wildcard : this.#exact).get(host);
  }

  set(host: string, value: V): void {
    (isWildcard(host) ? this.#wildcard : this.#exact).set(host, value);
  }

  /** The value of the exact name, else that of the longest wildcard whose suffix the host has. */
  mostSpecific(host: string): V | undefined {
    const exact = this.get(host);
    if (exact !== undefined) return exact;
    if (this.#wildcard.size === 0) return undefined;
    // Each suffix is looked up, the longest first, so the cost does not grow with the number of wildcards.
    for (let at = isWildcard(host) ? 1 : 0; at <= host.length; at++) {
      const value = this.#wildcard.get(`*${host.slice(at)}`);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
