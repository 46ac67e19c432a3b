import type { ReviewedRequest } from '../../model/review.ts';
import type { BoundaryRequest } from './boundary/index.ts';

/** Where a request goes, for its line of curl. */
export interface CurlTarget {
  /** Host of the URL: a name or an address. */
  host: string;
  port: number;
  tls: boolean;
  /** The host is reached at the address of a gateway. */
  gateway: boolean;
  /** Where the client connects to, where the host does not say it. */
  address?: string;
  /** Bytes of a protocol that is not known: nothing but the connection is asked for. */
  bytes?: boolean;
}

/**
 * A request as a line for a shell that sends exactly it; `$GATEWAY` is the address of the gateway. All text that comes
 * from configuration stands in single quotes. `-g`: braces are no patterns; `--path-as-is`: dots stay.
 */
function curlOf({ host, port, tls, gateway, address, bytes }: CurlTarget, request: BoundaryRequest): string {
  // The connection ends with what the server says, or at once where nobody takes it.
  if (bytes)
    return `curl -v -m 5 ${gateway ? `"telnet://$GATEWAY:${port}"` : quoted(`telnet://${address ?? host}:${port}`)}`;
  const { method, path, headers, authority } = request;
  const url = `${tls ? 'https' : 'http'}://${host}:${port}`;
  const plain = gateway && !tls;
  const options = [
    tls ? '-ik' : '-i',
    /[[\]{}]/.test(`${url}${path}`) ? '-g' : '',
    /\/\.{1,2}(\/|\?|$)|%2e/i.test(path) ? '--path-as-is' : '',
    method === 'GET' ? '' : method === 'HEAD' ? '-I' : `-X ${quoted(method)}`,
    // The server is chosen by SNI, which curl takes from the URL; -k, because the certificate may be for inner names.
    gateway && tls ? `--connect-to "::$GATEWAY:${port}"` : '',
    !gateway && address !== undefined ? `--connect-to ${quoted(`::${address}:${port}`)}` : '',
    plain || authority !== undefined ? `-H ${quoted(`Host: ${authority ?? host}`)}` : '',
    // Without a value curl would leave the header out.
    ...headers.map((header) => `-H ${quoted(header.replace(/^([^:]+):\s*$/, '$1;'))}`),
  ];
  const target = plain ? `"http://$GATEWAY:${port}"${quoted(path)}` : quoted(`${url}${path}`);
  return ['curl', ...options.filter((it) => it !== ''), target].join(' ');
}

/** A request for people and for programs. */
export function writtenOf(target: CurlTarget, request: BoundaryRequest): Pick<ReviewedRequest, 'curl' | 'request'> {
  const { host, port, tls, gateway, address, bytes } = target;
  const authority = request.authority ?? (gateway && !tls ? host : undefined);
  const to = address === undefined || address === host ? {} : { address };
  if (bytes)
    return {
      curl: curlOf(target, request),
      request: { method: request.method, url: `tcp://${host}:${port}`, headers: [], ...to },
    };
  return {
    curl: curlOf(target, request),
    request: {
      method: request.method,
      url: `${tls ? 'https' : 'http'}://${host}:${port}${request.path}`,
      headers: [...(authority === undefined ? [] : [`Host: ${authority}`]), ...request.headers],
      ...to,
    },
  };
}

/** A word that a POSIX shell takes as it is. */
function quoted(text: string): string {
  return /^[\w]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
