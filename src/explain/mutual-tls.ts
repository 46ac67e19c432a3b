import type { Listener } from '../model/envoy.ts';
import { terminatesTls } from './accept.ts';
import type { Connection } from './tcp/connection.ts';
import { findFilterChain } from './tcp/filter-chain.ts';

/** What an inbound side takes, as PeerAuthentication names it. */
export type MutualTls = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/**
 * The mode of mutual TLS for a connection's port: found out by asking the listener for the chain of a client with a
 * certificate and of one that speaks plain HTTP or bytes. Undefined where it takes neither.
 */
export function mutualTlsMode(
  listener: Listener,
  { destinationIp, destinationPort }: Connection,
): MutualTls | undefined {
  const to = { destinationIp, destinationPort };
  const tls = { sni: 'mesh', alpn: ['istio-http/1.1', 'istio', 'http/1.1'], mutual: true, ofApplication: false };
  const mutual = findFilterChain(listener, { ...to, tls }).chain;
  const plain = [findFilterChain(listener, { ...to, http: 'http/1.1' }).chain, findFilterChain(listener, to).chain];
  const takesPlain = plain.some((chain) => chain && !terminatesTls(chain));
  if (!mutual || !terminatesTls(mutual)) return takesPlain ? 'DISABLE' : undefined;
  return takesPlain ? 'PERMISSIVE' : 'STRICT';
}
