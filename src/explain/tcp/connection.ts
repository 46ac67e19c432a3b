/** A connection as the first bytes show it. */
export interface Connection {
  /** Where the client meant to go: the original destination. */
  destinationIp: string;
  destinationPort: number;
  sourceIp?: string;
  /** It was redirected, so that the proxy knows the original destination (`SO_ORIGINAL_DST`). */
  redirected?: true;
  sourcePort?: number;
  /** Address of the connection itself, where a PROXY header names another source. */
  directSourceIp?: string;
  /** The client starts TLS with these. */
  tls?: ClientTls;
  /** What an HTTP inspector reads of what is in the clear; undefined where it is no HTTP. */
  http?: 'http/1.1' | 'h2c';
  /** TLS of the application inside of `tls`, as a TCP proxy carries it through mutual TLS. */
  inner?: ClientTls;
}

/** What a client shows in its handshake, and the identity of the certificate that it has. */
export interface ClientTls {
  sni?: string;
  alpn: readonly string[];
  /** Whether the client shows a certificate. */
  mutual: boolean;
  /** Its identity in the mesh, where the certificate is that of its workload. */
  principal?: string;
  /** TLS from end to end, which only the server at the end (or a gateway that terminates it) understands. */
  ofApplication: boolean;
}
