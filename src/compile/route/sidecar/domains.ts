import { isIpAddress } from '../../../registry/hostname.ts';
import { bracketed, domainName } from '../names.ts';

/** What the domains of a service's virtual host are made from. */
export interface DomainOptions {
  hostname: string;
  /** ExternalName services that stand for this one. */
  aliases: string[];
  addresses: string[];
  /** A Kubernetes service without ClusterIP: its pods have names below its own. */
  headless: boolean;
  /** Port to write behind each domain as well; 0 where Envoy ignores the port of the host (all but HTTP proxy ports and unix sockets). */
  port: number;
  /** Search domain of the proxy: `shop.svc.cluster.local`. */
  dnsDomain: string;
  /** The form with a trailing dot is a domain too (PILOT_ENABLE_ABSOLUTE_FQDN_VHOST_DOMAIN). */
  absolute: boolean;
}

function withPort(domain: string, port: number): string[] {
  return port === 0 ? [bracketed(domain)] : [bracketed(domain), domainName(domain, port)];
}

/**
 * All the names by which a request may ask for a service (istiod's `generateVirtualHostDomains`).
 *
 * @returns the domains, and those among them that are only short forms, which give way to a real host of that name
 */
export function serviceDomains(options: DomainOptions): { domains: string[]; shortForms: Set<string> } {
  const domains: string[] = [];
  const shortForms = new Set<string>();
  for (const host of [options.hostname, ...options.aliases]) {
    const short = shortHosts(host, options);
    domains.push(...withPort(host, options.port), ...short);
    for (const domain of short) shortForms.add(domain);
  }
  if (options.headless) domains.push(...domains.map((domain) => `*.${domain}`));
  for (const address of options.addresses) domains.push(...withPort(address, options.port));
  return { domains, shortForms };
}

/**
 * The forms of a host that the proxy's search domains complete: `catalog`, `catalog.shop`, `catalog.shop.svc` in the same
 * namespace, without the first in others (istiod's `GenerateAltVirtualHosts`).
 */
function shortHosts(host: string, options: DomainOptions): string[] {
  const { port, dnsDomain } = options;
  const out: string[] = [];
  if (options.absolute) {
    if (!isIpAddress(host)) out.push(`${host}.`);
    if (port !== 0) out.push(domainName(`${host}.`, port));
  }
  const svc = dnsDomain.indexOf('.svc.');
  if (svc >= 0) {
    const suffix = svc > 0 ? dnsDomain.slice(svc) : dnsDomain;
    if (!host.endsWith(suffix)) return out;
    return [...out, ...kubernetesShortHosts(host, dnsDomain.slice(0, svc)).flatMap((short) => withPort(short, port))];
  }
  return [...out, ...sharedSuffixHosts(host, dnsDomain).flatMap((short) => withPort(short, port))];
}

function kubernetesShortHosts(host: string, namespace: string): string[] {
  const svc = host.indexOf('.svc.');
  const dot = host.indexOf('.');
  if (svc <= 0 || dot + 1 > svc) return [];
  const qualified = host.slice(0, svc);
  if (host.slice(dot + 1, svc) === namespace) return [host.slice(0, dot), `${qualified}.svc`, qualified];
  return [qualified, `${qualified}.svc`];
}

/** Outside Kubernetes: the part of the name that the proxy's domain does not have in common. */
function sharedSuffixHosts(host: string, dnsDomain: string): string[] {
  const parts = host.split('.');
  const own = dnsDomain.split('.');
  let shared = 0;
  while (shared < Math.min(parts.length, own.length) && parts.at(-1 - shared) === own.at(-1 - shared)) shared++;
  if (shared === 0) return [];
  const unique = parts.slice(0, parts.length - shared);
  const short = unique.join('.');
  return unique.length === 2 ? [short, `${short}.${parts[parts.length - shared]}`] : [short];
}
