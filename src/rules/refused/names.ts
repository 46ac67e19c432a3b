import { isIpAddress } from './addresses.ts';
import type { Place } from './place.ts';

const label = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const dnsLabel = new RegExp(`^${label}$`);
const wildcardLabel = new RegExp(`^(?:\\*|(?:\\*|\\*-)?${label})$`);
const longest = 63;

/** Whether a text is a DNS label, in upper or lower case (pkg/config/labels, `IsDNS1123Label`). */
export function isDnsLabel(text: string): boolean {
  return text.length <= longest && dnsLabel.test(text);
}

/** What keeps a text from being a full domain name, if anything (`ValidateFQDN`). */
export function domainFault(name: string): string | undefined {
  return lengthFault(name) ?? labelsFault(name);
}

/** The same where the first label may begin with `*` (`ValidateWildcardDomain`). */
export function wildcardFault(name: string): string | undefined {
  const faulty = lengthFault(name);
  if (faulty) return faulty;
  const dot = name.indexOf('.');
  const first = dot < 0 ? name : name.slice(0, dot);
  if (first.length > longest || !wildcardLabel.test(first))
    return `${JSON.stringify(first)} in it is no DNS label${first.includes('*') ? '; * may stand at its begin only' : ''}`;
  return dot < 0 ? undefined : labelsFault(name.slice(dot + 1));
}

/** The same where the name may be one that AUTO_PASSTHROUGH makes: `outbound_.80_._.host` (`ValidateWildcardDomainForVirtualServiceBoundToGateway`). */
export function sniFault(name: string): string | undefined {
  if (!name.startsWith('outbound_') || name.length > 255) return wildcardFault(name);
  const [, port = '', , host = ''] = name.split('_');
  return name.split('_').length >= 4 && /[0-9]/.test(port) && /[a-zA-Z]/.test(host)
    ? undefined
    : 'it does not have the form outbound_.PORT_._.HOST';
}

/** Refuses a place whose text is no name of a host. */
export function wantHost(place: Place, faultOf: (name: string) => string | undefined = wildcardFault): void {
  const fault = faultOf(place.text);
  if (fault) place.refuse(`is ${JSON.stringify(place.text)}, which is no host name: ${fault}`, 'correct the name.');
}

/**
 * Refuses a host of a Gateway's server or of a Sidecar, `host` or `namespace/host`
 * (`ValidateNamespaceSlashWildcardHostname`).
 */
export function wantScopedHost(place: Place, isGateway: boolean, mayExclude: boolean): void {
  const slash = place.text.indexOf('/');
  if (slash < 0 && !isGateway) {
    place.refuse(`is ${JSON.stringify(place.text)}, without a namespace`, 'write namespace/host, */host or ./host.');
    return;
  }
  const owner = place.text.slice(0, Math.max(slash, 0));
  const host = place.text.slice(slash + 1);
  if (slash >= 0) {
    const namespace = !isGateway && mayExclude ? owner.replace(/^~/, '') : owner;
    const isWord = ['*', '.', ...(isGateway ? [] : mayExclude ? [''] : ['~'])].includes(namespace);
    if (owner === '' || (!isWord && !isDnsLabel(namespace)))
      place.refuse(`has ${JSON.stringify(owner)} as the namespace`, 'write a namespace, * or . before the slash.');
  }
  if (host !== '*' && !host.includes('.'))
    place.refuse(
      `is ${JSON.stringify(place.text)}, a short name`,
      'write the full name of the host: name.namespace.svc.cluster.local.',
    );
  const fault = wildcardFault(host);
  if (fault && !(isGateway && isIpAddress(host)))
    place.refuse(`is ${JSON.stringify(place.text)}, which is no host name: ${fault}`, 'correct the name.');
  else if (isPartialWildcard(host))
    place.refuse(`is ${JSON.stringify(place.text)}, where * is part of a label`, 'write *. before a domain, or *.');
}

/** Whether `*` is only a part of the first label (`ValidatePartialWildCard`). */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host.length > 1 && !host.startsWith('*.');
}

function lengthFault(name: string): string | undefined {
  if (name.length > 255) return 'it has more than 255 characters';
  return name === '' ? 'it is empty' : undefined;
}

function labelsFault(name: string): string | undefined {
  const parts = name.split('.');
  const top = parts.at(-1) ?? '';
  if (/^[-+]?\d{1,18}$/.test(top)) return `it ends with the number ${top}`;
  const wrong = parts.find((part, index) => !isDnsLabel(part) && !(part === '' && index === parts.length - 1));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} in it is no DNS label`;
}
