import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { ListenerClass } from './listener-class.ts';

/** How a proxy treats the headers that Envoy and Istio add (istiod's `util.ProxyHeaders`). */
export interface ProxyHeaders {
  /** '' leaves Envoy's default, `envoy`. */
  serverName: string;
  serverHeaderTransformation: 'OVERWRITE' | 'PASS_THROUGH';
  forwardClientCertDetails: string;
  setCurrentClientCertDetails: { subject: boolean; uri: boolean; dns: boolean; cert: boolean; chain: boolean };
  includeRequestAttemptCount: boolean;
  generateRequestId: boolean;
  suppressDebugHeaders: boolean;
  skipPeerMetadataHeaders: boolean;
  xForwardedPort: boolean;
  xForwardedHost: boolean;
  preserveHttp1HeaderCase: boolean;
  /** `ProxyConfig.proxyHeaders`, for provenance. */
  source: Source;
  /** The place of one key of it; undefined where the key is not set. */
  at(key: string): Source;
}

/**
 * The proxy's header settings: `ProxyConfig.proxyHeaders` over the defaults of the listener's class
 * (`GetProxyHeadersFromProxyConfig`). Outbound leaves the server name to Envoy, the others say `istio-envoy`.
 */
export function proxyHeaders(proxy: Proxy, listenerClass: ListenerClass): ProxyHeaders {
  const config = proxy.proxyConfig['proxyHeaders'];
  const own: Record<string, unknown> = isObject(config) ? config : {};
  const nested = (name: string): Record<string, unknown> => (isObject(own[name]) ? own[name] : {});
  const disabled = (name: string): boolean => nested(name)['disabled'] === true;
  const enabled = (name: string): boolean => nested(name)['enabled'] === true;
  const cert = nested('setCurrentClientCertDetails');
  const server = nested('server');
  const defaultName = listenerClass === 'sidecar-outbound' ? '' : 'istio-envoy';
  const forwarded = own['forwardedClientCert'];
  return {
    serverName: disabled('server')
      ? ''
      : typeof server['value'] === 'string' && server['value'] !== ''
        ? server['value']
        : defaultName,
    serverHeaderTransformation: disabled('server') ? 'PASS_THROUGH' : 'OVERWRITE',
    forwardClientCertDetails: typeof forwarded === 'string' && forwarded !== 'UNDEFINED' ? forwarded : 'APPEND_FORWARD',
    setCurrentClientCertDetails: {
      subject: cert['subject'] !== false,
      uri: cert['uri'] !== false,
      dns: cert['dns'] !== false,
      cert: cert['cert'] === true,
      chain: cert['chain'] === true,
    },
    includeRequestAttemptCount: !disabled('attemptCount'),
    generateRequestId: !disabled('requestId'),
    suppressDebugHeaders: disabled('envoyDebugHeaders'),
    skipPeerMetadataHeaders: nested('metadataExchangeHeaders')['mode'] === 'IN_MESH',
    xForwardedPort: enabled('xForwardedPort'),
    xForwardedHost: enabled('xForwardedHost'),
    preserveHttp1HeaderCase: own['preserveHttp1HeaderCase'] === true,
    source: isObject(config) ? config : undefined,
    at: (key) => (own[key] === undefined ? undefined : [own, key]),
  };
}
