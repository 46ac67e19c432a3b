/** An IPv6 address in brackets, any other host as it is (istiod's `util.IPv6Compliant`). */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `host:port` (istiod's `util.DomainName`, Go's `net.JoinHostPort`). */
export function domainName(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}

/** The operation that a route reports to tracing where no VirtualService says otherwise: `host:port/*`. */
export function traceOperation(host: string, port: number): string {
  return `${domainName(host, port)}/*`;
}
