import type { MutualTlsMode } from '../../security/peer-authentication.ts';

/** One of the filter chains that together serve a port (istiod's `FilterChainMatchOptions`). */
export interface ChainMatch {
  layer: 'http' | 'tcp';
  transportProtocol: 'tls' | 'raw_buffer';
  applicationProtocols?: readonly string[];
  /** Whether the chain terminates TLS. */
  terminates: boolean;
}

const sniffedHttp = ['http/1.1', 'h2c'];
const meshHttp = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const meshTcp = ['istio-peer-exchange', 'istio'];
const meshAll = ['istio', 'istio-peer-exchange', ...meshHttp];

const tls = (layer: 'http' | 'tcp', applicationProtocols?: readonly string[]): ChainMatch => ({
  layer,
  transportProtocol: 'tls',
  ...(applicationProtocols ? { applicationProtocols } : {}),
  terminates: true,
});

const plain = (layer: 'http' | 'tcp', applicationProtocols?: readonly string[]): ChainMatch => ({
  layer,
  transportProtocol: 'raw_buffer',
  ...(applicationProtocols ? { applicationProtocols } : {}),
  terminates: false,
});

/** TLS that is not the mesh's passes through. */
const foreignTls: ChainMatch = { layer: 'tcp', transportProtocol: 'tls', terminates: false };

const matches: Record<'http' | 'tcp' | 'auto', Record<MutualTlsMode, readonly ChainMatch[]>> = {
  http: {
    STRICT: [tls('http')],
    PERMISSIVE: [tls('http', meshAll), plain('http')],
    DISABLE: [plain('http')],
  },
  tcp: {
    STRICT: [tls('tcp')],
    PERMISSIVE: [tls('tcp', meshAll), foreignTls, plain('tcp')],
    DISABLE: [plain('tcp')],
  },
  auto: {
    STRICT: [tls('http', meshHttp), tls('tcp')],
    PERMISSIVE: [tls('http', meshHttp), plain('http', sniffedHttp), tls('tcp', meshTcp), plain('tcp'), foreignTls],
    DISABLE: [plain('http', sniffedHttp), plain('tcp')],
  },
};

/**
 * The filter chains that a port needs: `auto` sniffs HTTP from TCP, PERMISSIVE tells the mesh's mutual TLS from other
 * traffic by ALPN (istiod's `getFilterChainMatchOptions`).
 *
 * @param http10 istiod's PILOT_HTTP10: HTTP/1.0 is sniffed as HTTP; else it passes as TCP
 */
export function chainMatches(
  mode: MutualTlsMode,
  protocol: 'http' | 'tcp' | 'auto',
  http10: boolean,
): readonly ChainMatch[] {
  const found = matches[protocol][mode];
  if (!http10) return found;
  return found.map((match) =>
    match.applicationProtocols === sniffedHttp
      ? { ...match, applicationProtocols: ['http/1.0', ...sniffedHttp] }
      : match,
  );
}

/** The one chain of a port whose TLS the Sidecar terminates by its own settings. */
export function ownTlsMatch(layer: 'http' | 'tcp'): readonly ChainMatch[] {
  return [tls(layer)];
}
