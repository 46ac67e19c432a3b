import { isIp6 } from './ip.ts';

/** The parts of a URL as Go's `net/url` names them. */
export interface UrlParts {
  scheme: string;
  host: string;
  path: string;
  query: string;
}

const control = /[\u0000-\u001f\u007f]/;
const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const user = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const badEscape = /%(?![0-9a-fA-F]{2})/;
/** Escapes that a host may have: of bytes beyond ASCII. */
const badHostEscape = /%(?![89a-fA-F][0-9a-fA-F]|25)/;
const badInHost = /[\s#%/?@\\^`{|}]/;
const port = /^(?::\d*)?$/;

/** Reads a URL as Go's `url.ParseRequestURI`, which Kubernetes' CEL asks (`isURL`, `url`); undefined for what is none. */
export function parseUrl(text: string): UrlParts | undefined {
  if (text === '' || control.test(text) || text.startsWith(':')) return undefined;
  if (text === '*') return { scheme: '', host: '', path: '*', query: '' };
  const name = scheme.exec(text)?.[1] ?? '';
  const rest = name === '' ? text : text.slice(name.length + 1);
  const mark = rest.indexOf('?');
  const before = mark < 0 ? rest : rest.slice(0, mark);
  const parts = { scheme: name.toLowerCase(), host: '', path: '', query: mark < 0 ? '' : rest.slice(mark + 1) };
  // Like `mailto:somebody`: Go takes it as it is.
  if (!before.startsWith('/')) return name === '' ? undefined : parts;
  const authority = name !== '' && before.startsWith('//') ? (before.slice(2).split('/')[0] ?? '') : undefined;
  const path = authority === undefined ? before : before.slice(2 + authority.length);
  if (badEscape.test(path)) return undefined;
  if (authority === undefined) return { ...parts, path };
  const at = authority.lastIndexOf('@');
  const info = authority.slice(0, Math.max(at, 0));
  const host = authority.slice(at + 1);
  if (!user.test(info) || badEscape.test(info) || !isHost(host, parts.scheme)) return undefined;
  return { ...parts, host, path };
}

/** Of several colons HTTP's hosts may have none; elsewhere the last one counts (Go 1.26; before that everywhere). */
function isHost(host: string, name: string): boolean {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return false;
  if (bracket === 0) {
    const end = host.lastIndexOf(']');
    return end > 0 && port.test(host.slice(end + 1)) && isIp6(host.slice(1, end).replace(/%25.+$/, ''));
  }
  const colon = name === 'http' || name === 'https' ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && !port.test(host.slice(colon))) return false;
  return !badHostEscape.test(host) && !badInHost.test(host.replace(/%[0-9a-fA-F]{2}/g, ''));
}

/** The host without its port and without the brackets of IPv6, and the port (Go's `Hostname` and `Port`). */
export function hostParts(host: string): { hostname: string; port: string } {
  const [, name = host, number = ''] = /^(.*?)(?::(\d*))?$/s.exec(host) ?? [];
  return { hostname: /^\[.*\]$/.test(name) ? name.slice(1, -1) : name, port: number };
}
