import { isIpAddress } from './addresses.ts';

const hostCharacters = /^(?:[-A-Za-z0-9._~!$&'()*+,;=:[\]<>"\u0080-\uffff]|%[89a-fA-F][0-9a-fA-F])*$/;
const userCharacters = /^(?:[-A-Za-z0-9._~!$&'()*+,;=:@%])*$/;

/**
 * What keeps Go's `net/url` from reading a URL, or its scheme from being one of these. `isRequest` stands for
 * `url.ParseRequestURI`, which wants a path or a scheme.
 */
export function urlFault(url: string, schemes?: readonly string[], isRequest = false): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(url)) return 'it has a control character';
  if (isRequest && url === '') return 'it is empty';
  const [whole = '', fragment = ''] = isRequest ? [url] : cut(url, '#');
  if (whole.startsWith(':')) return 'it has no scheme';
  const scheme = /^([a-zA-Z][-a-zA-Z0-9+.]*):/.exec(whole)?.[1]?.toLowerCase() ?? '';
  const rest = cut(scheme === '' ? whole : whole.slice(scheme.length + 1), '?')[0] ?? '';
  const fault = restFault(rest, scheme, isRequest);
  if (fault) return fault;
  if (hasBadEscape(fragment)) return 'a percent sign is not followed by two hexadecimal digits';
  if (schemes && !schemes.includes(scheme)) return scheme === '' ? 'it has no scheme' : `${scheme} is not supported`;
  return undefined;
}

function restFault(rest: string, scheme: string, isRequest: boolean): string | undefined {
  if (!rest.startsWith('/')) {
    if (scheme !== '') return undefined;
    if (isRequest) return 'it has neither a scheme nor a path';
    if ((cut(rest, '/')[0] ?? '').includes(':')) return 'its first part has a colon';
  }
  let path = rest;
  if (rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')))) {
    const [authority = '', below = ''] = cut(rest.slice(2), '/');
    const at = authority.lastIndexOf('@');
    if (!userCharacters.test(authority.slice(0, Math.max(at, 0)))) return 'its user cannot be read';
    if (isBadHost(authority.slice(at + 1))) return 'its host cannot be read';
    path = below;
  }
  return hasBadEscape(path) ? 'a percent sign is not followed by two hexadecimal digits' : undefined;
}

function isBadHost(host: string): boolean {
  const [, inside, behind] = /^\[(.*)\](.*)$/s.exec(host) ?? [];
  if (host.includes('[')) return inside === undefined || !isSixAddress(inside) || !isPort(behind ?? '');
  const colon = host.lastIndexOf(':');
  return !hostCharacters.test(host) || (colon >= 0 && !isPort(host.slice(colon)));
}

function isSixAddress(text: string): boolean {
  return text.includes(':') && isIpAddress(text.replace('%25', '%'));
}

function isPort(text: string): boolean {
  return /^(?::\d*)?$/.test(text);
}

function hasBadEscape(text: string): boolean {
  return /%(?![0-9a-fA-F]{2})/.test(text);
}

/** The text before and behind the first such character. */
function cut(text: string, character: string): [before: string, behind?: string] {
  const at = text.indexOf(character);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
