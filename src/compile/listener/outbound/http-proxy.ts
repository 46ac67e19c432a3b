import type { Listener } from '../../../model/envoy.ts';
import { loopbackAddresses } from '../../cluster/ip-family.ts';
import { nodeMetadata } from '../../node-metadata.ts';
import type { OutboundContext } from './context.ts';
import { httpProxyBasis } from './http-chain.ts';
import { writeListener } from './write-listener.ts';

/**
 * The listener by which an application may use the sidecar as an HTTP proxy, where `MeshConfig.proxyHttpPort` or the
 * proxy's own `HTTP_PROXY_PORT` asks for it (istiod's `buildHTTPProxy`).
 */
export function httpProxyListener(context: OutboundContext): Listener | undefined {
  const { proxy, registry } = context;
  const own = nodeMetadata(proxy, 'HTTP_PROXY_PORT');
  const number = /^\d+$/.test(own) ? Number(own) : Number(registry.mesh['proxyHttpPort'] ?? 0);
  if (number === 0) return undefined;
  const draft = {
    port: { name: '', port: number, protocol: 'HTTP_PROXY' as const, config: registry.mesh },
    bind: { addresses: loopbackAddresses(proxy), toPort: true },
    protocol: 'HTTP_PROXY' as const,
    chains: [
      {
        sniHosts: [],
        destinationCidrs: [],
        applicationProtocols: [],
        transportProtocol: '',
        http: {
          routeName: 'http_proxy',
          protocol: 'HTTP_PROXY' as const,
          useRemoteAddress: false,
          basis: httpProxyBasis(context),
          honourMetadataExchangeHeaders: false,
        },
        sources: [[registry.mesh, 'proxyHttpPort'] as const],
      },
    ],
    locked: false,
    sources: [[registry.mesh, 'proxyHttpPort'] as const],
  };
  return writeListener(context, draft, []);
}
