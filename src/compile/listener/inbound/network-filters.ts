import type { Filter, Message } from '../../../model/envoy.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import type { Proxy } from '../../../model/proxy.ts';
import type { Registry } from '../../../registry/types.ts';
import { isHttp2 } from '../../cluster/protocol.ts';
import { envoyDuration } from '../../duration.ts';
import { tcpAccessLog } from '../../http/access-log.ts';
import { connectionManagerBasis, httpConnectionManager } from '../../http/connection-manager.ts';
import { type ExtensionPhase, extensionFilters } from '../../http/extension-filters.ts';
import { exchangesMetadata, tcpMetadataExchange } from '../../http/filters.ts';
import { metricsFilters } from '../../http/metrics.ts';
import { proxyHeaders } from '../../http/proxy-headers.ts';
import { nodeMetadata } from '../../node-metadata.ts';
import { inboundRouteConfiguration } from '../../route/inbound.ts';
import { authorizationFilters } from '../../security/index.ts';
import { protocolFilters } from '../outbound/protocol-filters.ts';
import { tcpProxyFilter } from '../outbound/tcp-proxy.ts';
import type { ChainConfig } from './chain-config.ts';
import { chainName } from './chain-config.ts';

const inbound = 'sidecar-inbound';

/** Network filters of a chain that speaks HTTP (istiod's `buildInboundNetworkFiltersForHTTP`). */
export function httpNetworkFilters(chain: ChainConfig, proxy: Proxy, registry: Registry): Filter[] {
  const headers = proxyHeaders(proxy, inbound);
  const basis: Message = {
    ...connectionManagerBasis(proxy, registry, inbound),
    forward_client_cert_details: headers.forwardClientCertDetails,
    set_current_client_cert_details: headers.setCurrentClientCertDetails,
  };
  if (isHttp2(chain.protocol)) basis['http2_protocol_options'] = {};
  const manager = httpConnectionManager(proxy, registry, {
    class: inbound,
    statPrefix: chain.passthrough ? chain.cluster : `inbound_${chainName(chain, 'http')}`,
    port: chain.targetPort,
    protocol: chain.protocol,
    route: {
      routeConfig: inboundRouteConfiguration(
        registry,
        { clusterName: chain.cluster, hostname: chain.hostname, port: chain.port, protocol: chain.protocol },
        chain.source,
      ),
    },
    useRemoteAddress: false,
    basis,
    sources: [chain.source],
  });
  return [
    ...peerExchange(registry),
    ...extensions(chain.targetPort, proxy, registry, 'AUTHN', 'AUTHZ', 'STATS', 'UNSPECIFIED'),
    manager,
  ];
}

/** Network filters of a chain that passes bytes on (istiod's `buildInboundNetworkFilters`, `buildCompleteNetworkFilters`). */
export function tcpNetworkFilters(chain: ChainConfig, proxy: Proxy, registry: Registry): Filter[] {
  const tcpProxy: Message = { stat_prefix: statPrefix(chain, registry), cluster: chain.cluster };
  const pattern = registry.mesh['inboundClusterStatName'];
  if (pattern) deriveField(tcpProxy, 'stat_prefix', [registry.mesh, 'inboundClusterStatName']);
  const idle = envoyDuration(nodeMetadata(proxy, 'IDLE_TIMEOUT'));
  if (idle) tcpProxy['idle_timeout'] = idle;
  const logs = tcpAccessLog(proxy, registry, inbound);
  if (logs.length > 0) tcpProxy['access_log'] = logs;
  const filter = derive(tcpProxyFilter(tcpProxy), chain.source);
  const authorization = authorizationFilters(proxy, registry, 'tcp');
  return [
    ...peerExchange(registry),
    ...authorization.custom,
    ...extensions(chain.port, proxy, registry, 'AUTHN', 'AUTHZ'),
    ...authorization.local,
    ...extensions(chain.port, proxy, registry, 'STATS', 'UNSPECIFIED'),
    ...metricsFilters(proxy, registry, inbound),
    ...protocolFilters(chain.protocol, registry, filter, String(tcpProxy['stat_prefix']), chain.cluster),
  ];
}

/** Ends what is sent to the proxy's own inbound port, which would go round for ever (istiod's `buildInboundBlackhole`). */
export function blackHoleFilters(proxy: Proxy, registry: Registry): Filter[] {
  return [
    ...peerExchange(registry),
    ...metricsFilters(proxy, registry, inbound),
    tcpProxyFilter({ stat_prefix: 'BlackHoleCluster', cluster: 'BlackHoleCluster' }),
  ];
}

function peerExchange(registry: Registry): Filter[] {
  return exchangesMetadata(registry) ? [tcpMetadataExchange(registry)] : [];
}

/** Network filters of WasmPlugins and TrafficExtensions. istiod asks with the pod's port for HTTP, with the Service's for TCP. */
function extensions(port: number, proxy: Proxy, registry: Registry, ...phases: ExtensionPhase[]): Filter[] {
  return extensionFilters(proxy, registry, { class: inbound, port }, 'network', ...phases);
}

/** The cluster's name, or MeshConfig's pattern filled in (istiod's `BuildInboundStatPrefix`). */
function statPrefix(chain: ChainConfig, registry: Registry): string {
  const pattern = registry.mesh['inboundClusterStatName'];
  if (typeof pattern !== 'string' || pattern === '') return chain.cluster;
  const service = chain.service?.registry === 'Kubernetes' ? chain.service : undefined;
  return pattern
    .replaceAll('%SERVICE%', service ? `${service.name}.${service.namespace}` : chain.hostname)
    .replaceAll('%SERVICE_NAME%', service ? service.name : chain.hostname)
    .replaceAll('%SERVICE_FQDN%', chain.hostname)
    .replaceAll('%SUBSET_NAME%', '')
    .replaceAll('%SERVICE_PORT%', String(chain.port))
    .replaceAll('%SERVICE_PORT_NAME%', chain.portName);
}
