import type { Proxy } from '../../model/proxy.ts';

/**
 * The `cluster` of the proxy's Envoy node, by which tracers name it (`getServiceCluster`, pkg/bootstrap/config.go):
 * `ProxyConfig.serviceCluster` or `tracingServiceName`, else `app.namespace`, else `workload.namespace`.
 */
export function serviceCluster(proxy: Proxy): string {
  const { serviceCluster: own, tracingServiceName } = proxy.proxyConfig;
  const canonical =
    proxy.labels['service.istio.io/canonical-name'] ||
    proxy.labels['app.kubernetes.io/name'] ||
    proxy.labels['app'] ||
    proxy.workloadName ||
    'istio-proxy';
  if (tracingServiceName === 'CANONICAL_NAME_AND_NAMESPACE') return `${canonical}.${proxy.namespace}`;
  if (tracingServiceName === 'CANONICAL_NAME_ONLY') return orDefault(canonical, proxy);
  if (tracingServiceName !== undefined || typeof own !== 'string') return orDefault('istio-proxy', proxy);
  return orDefault(own, proxy);
}

function orDefault(name: string, proxy: Proxy): string {
  if (name !== '' && name !== 'istio-proxy') return name;
  const app = proxy.labels['app'] ?? proxy.labels['app.kubernetes.io/name'] ?? proxy.workloadName;
  return `${app || 'istio-proxy'}.${proxy.namespace}`;
}
