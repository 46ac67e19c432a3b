import type { RouteConfiguration, VirtualHost } from '../../model/envoy.ts';

/** Finds the virtual host of an authority. */
export type VirtualHostIndex = (authority: string) => number | undefined;

/**
 * Prepares the domains of a route configuration with Envoy's precedence (RouteMatcher::findVirtualHost): exact names, then
 * `*.suffix` by length, then `prefix*` by length, then `*`. Case never matters; the port is a part of the name unless
 * `ignore_port_in_host_matching` is set. A star stands for at least one letter.
 */
export function virtualHostIndex(config: RouteConfiguration): VirtualHostIndex {
  const hosts: VirtualHost[] = config.virtual_hosts ?? [];
  const exact = new Map<string, number>();
  const suffixes = new Map<number, Map<string, number>>();
  const prefixes = new Map<number, Map<string, number>>();
  let fallback: number | undefined;
  for (const [index, host] of hosts.entries()) {
    for (const written of host.domains ?? []) {
      // Which port a name stands for may not be known: such a domain is no text.
      if (typeof written !== 'string') continue;
      const domain = written.toLowerCase();
      if (domain === '*') fallback ??= index;
      else if (domain.startsWith('*')) addTo(suffixes, domain.slice(1), index);
      else if (domain.endsWith('*')) addTo(prefixes, domain.slice(0, -1), index);
      else if (!exact.has(domain)) exact.set(domain, index);
    }
  }
  const suffixLengths = [...suffixes.keys()].sort((a, b) => b - a);
  const prefixLengths = [...prefixes.keys()].sort((a, b) => b - a);
  const ignorePort = config['ignore_port_in_host_matching'] === true;
  return (authority) => {
    const name = (ignorePort ? untilColon(authority) : authority).toLowerCase();
    if (name === '') return exact.size + suffixes.size + prefixes.size === 0 ? fallback : undefined;
    const found = exact.get(name);
    if (found !== undefined) return found;
    for (const length of suffixLengths) {
      if (name.length <= length) continue;
      const index = suffixes.get(length)?.get(name.slice(-length));
      if (index !== undefined) return index;
    }
    for (const length of prefixLengths) {
      if (name.length <= length) continue;
      const index = prefixes.get(length)?.get(name.slice(0, length));
      if (index !== undefined) return index;
    }
    return fallback;
  };
}

function addTo(byLength: Map<number, Map<string, number>>, text: string, index: number): void {
  let names = byLength.get(text.length);
  if (!names) {
    names = new Map();
    byLength.set(text.length, names);
  }
  if (!names.has(text)) names.set(text, index);
}

/** The authority up to its last colon, outside of an IPv6 address's brackets (HeaderUtility::getPortStart): a port or not. */
function untilColon(authority: string): string {
  const colon = authority.lastIndexOf(':');
  return colon < 0 || colon < authority.lastIndexOf(']') ? authority : authority.slice(0, colon);
}

/** The port of an authority, undefined where what stands behind its last colon is no number (HeaderUtility::stripPortFromHost). */
function portOf(authority: string): number | undefined {
  const rest = authority.slice(untilColon(authority).length + 1);
  return /^\d{1,9}$/.test(rest) ? Number(rest) : undefined;
}

/** The authority without its port; with `only` another port than that stays. */
export function withoutPort(authority: string, only?: number): string {
  const port = portOf(authority);
  return port === undefined || (only !== undefined && port !== only) ? authority : untilColon(authority);
}
