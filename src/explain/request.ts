import type { JsonObject } from '../model/json.ts';

/** A request as Envoy sees it: pseudo headers apart, other names in lower case, the path with its query. */
export interface HttpRequest {
  method: string;
  scheme: string;
  authority: string;
  path: string;
  headers: ReadonlyMap<string, readonly string[]>;
  /** Dynamic metadata by filter, as claims of a verified token. */
  metadata?: Readonly<Record<string, JsonObject>>;
}

/** A mistake in a request, in a user's words. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly expected = true;
}

/** What a client asks for: where it connects to, and what it sends there. */
export interface ClientRequest {
  /** Host of the URL, without brackets: where the client connects to. */
  host: string;
  port: number;
  tls: boolean;
  http: HttpRequest;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads a request as curl's command line gives it. The path stays as it is written (`--path-as-is`): what Envoy makes of
 * dot segments and slashes is a part of the answer.
 *
 * @param url `http://catalog:8080/items?page=2`; without a scheme it is http
 * @param headers `name: value` lines; `Host` replaces the authority
 * @throws RequestError where the URL, the method or a header is malformed
 */
export function readRequest(url: string, headers: readonly string[] = [], method = 'GET'): ClientRequest {
  if (!token.test(method)) throw new RequestError(`method "${method}" is not a token, such as GET`);
  const [, scheme = 'http', authority = '', rest = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/s.exec(url) ?? [];
  const lower = scheme.toLowerCase();
  if (lower !== 'http' && lower !== 'https')
    throw new RequestError(`URL "${url}": the scheme is ${scheme}; only http and https are routed`);
  const { host, port } = hostAndPort(authority.replace(/^[^@]*@/, ''), url);
  const path = rest.replace(/#.*$/s, '');
  const fields = readHeaders(headers);
  // Envoy joins several, as it does with other headers.
  const given = fields
    .get('host')
    ?.filter((it) => it !== '')
    .join(',');
  fields.delete('host');
  const text = [...path].some((letter) => letter <= ' ' || letter === '\u007f');
  if (text) throw new RequestError(`URL "${url}" has a space or a control character; write %20`);
  const defaultPort = lower === 'https' ? 443 : 80;
  const connects = method === 'CONNECT';
  const shown = authority.replace(/^[^@]*@/, '').replace(port === defaultPort ? /:\d+$/ : /$^/, '');
  return {
    host,
    port: port ?? defaultPort,
    tls: lower === 'https',
    http: {
      method,
      scheme: lower,
      // A CONNECT names host and port, and has no path.
      authority: connects ? `${bracketed(host)}:${port ?? defaultPort}` : (given ?? shown),
      path: connects ? '' : path.startsWith('/') ? path : `/${path}`,
      headers: fields,
    },
  };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function hostAndPort(authority: string, url: string): { host: string; port?: number } {
  const [, inBrackets, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+))(?::(\d*))?$/.exec(authority) ?? [];
  const host = inBrackets ?? plain;
  const badPort = /:([^:\]]*)$/.exec(authority)?.[1];
  if (host === undefined && badPort !== undefined && /^(?:[^:]+|\[[^\]]*\]):/.test(authority))
    throw new RequestError(`URL "${url}": port "${badPort}" is no number`);
  if (host === undefined) throw new RequestError(`URL "${url}" has no host; write http://NAME:PORT/PATH`);
  const port = digits ? Number(digits) : undefined;
  if (port !== undefined && (port < 1 || port > 65535))
    throw new RequestError(`URL "${url}": port ${digits} is not between 1 and 65535`);
  return { host: host.toLowerCase(), port };
}

/** @throws RequestError for a line that is no header */
function readHeaders(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':', 1);
    const name = line.slice(0, colon).trim().toLowerCase();
    if (name === ':protocol')
      throw new RequestError(
        'header ":protocol" asks for an extended CONNECT of HTTP/2, which is not followed; ask for the upgrade of HTTP/1.1: Connection: Upgrade and Upgrade: websocket',
      );
    if (/^:(?:method|path|scheme|authority)$/.test(name))
      throw new RequestError(`header "${name}" is not given as a header: method, URL and the header Host say it`);
    if (colon < 1 || !token.test(name)) throw new RequestError(`header "${line}" is not of the form "name: value"`);
    const value = line.slice(colon + 1).trim();
    if ([...value].some((letter) => letter < ' ' && letter !== '\t'))
      throw new RequestError(`header ${name} has a control character in its value`);
    const known = fields.get(name);
    if (known) known.push(value);
    else fields.set(name, [value]);
  }
  return fields;
}

/** The value that Envoy's matchers see (HeaderUtility::getAllOfHeaderAsString): several joined with a comma. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':path':
      // A CONNECT has none.
      return request.path === '' ? undefined : request.path;
    case ':scheme':
      return request.scheme;
    case ':authority':
    case 'host':
      return request.authority;
    default: {
      const values = request.headers.get(name);
      return values && (values.length === 1 ? values[0] : values.join(','));
    }
  }
}

/** The path without query and fragment, which is what path matchers see (PathUtil::removeQueryAndFragment). */
export function pathOnly(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}
