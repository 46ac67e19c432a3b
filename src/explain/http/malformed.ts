import type { HttpRequest } from '../request.ts';

/** The methods that Envoy's HTTP/1 parser takes (`allow_custom_methods` is off). */
export const methods: ReadonlySet<string> = new Set(
  (
    'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE M-SEARCH NOTIFY OPTIONS ' +
    'PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE'
  ).split(' '),
);

/** Letters of an authority (HeaderUtility::authorityIsValid). */
const authority = /^[A-Za-z0-9\-._~%!$&'()*+,;=:@[\]]*$/;

/** Why Envoy answers 400 before it routes; undefined for a request that is well formed. HTTP/2 takes any method. */
export function malformation(request: HttpRequest, http2: boolean): string | undefined {
  if (!http2 && !methods.has(request.method)) return 'http1.codec_error';
  return authority.test(request.authority) ? undefined : 'http1.invalid_host';
}
