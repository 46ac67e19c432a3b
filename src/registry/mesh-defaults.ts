import { minorOf, unknownFields } from '../model/istio-version.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import { placeOf, standsFor } from '../model/provenance.ts';

/** MeshConfig before any ConfigMap (pkg/config/mesh.DefaultMeshConfig). */
export function defaultMeshConfig(): JsonObject {
  return {
    proxyListenPort: 15001,
    proxyInboundListenPort: 15006,
    connectTimeout: '10s',
    protocolDetectionTimeout: '0s',
    ingressClass: 'istio',
    ingressService: 'istio-ingressgateway',
    ingressControllerMode: 'STRICT',
    enableTracing: true,
    accessLogFile: '',
    accessLogFormat: '',
    accessLogEncoding: 'TEXT',
    defaultConfig: defaultProxyConfig(),
    outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
    inboundTrafficPolicy: { mode: 'PASSTHROUGH' },
    enableAutoMtls: true,
    trustDomain: 'cluster.local',
    trustDomainAliases: [],
    defaultServiceExportTo: ['*'],
    defaultVirtualServiceExportTo: ['*'],
    defaultDestinationRuleExportTo: ['*'],
    rootNamespace: 'istio-system',
    localityLbSetting: { enabled: true },
    dnsRefreshRate: '60s',
    enablePrometheusMerge: true,
    extensionProviders: [
      { name: 'prometheus', prometheus: {} },
      { name: 'stackdriver', stackdriver: {} },
      { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
    ],
    defaultProviders: {},
  };
}

/** What a MeshConfig in protobuf's JSON means where it leaves out a field whose zero value differs from the default. */
export function zeroMeshConfig(): JsonObject {
  return { ...defaultMeshConfig(), enableTracing: false, outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } };
}

/** Headers that keep the settings below where a later ProxyConfig sets other headers only (mesh.correctProxyHeaders). */
const keptProxyHeaders = ['forwardedClientCert', 'requestId', 'attemptCount', 'server', 'envoyDebugHeaders'];

/** ProxyConfig before any config (pkg/config/mesh.DefaultProxyConfig). */
export function defaultProxyConfig(): JsonObject {
  return {
    configPath: './etc/istio/proxy',
    binaryPath: '/usr/local/bin/envoy',
    serviceCluster: 'istio-proxy',
    drainDuration: '45s',
    discoveryAddress: 'istiod.istio-system.svc:15012',
    proxyAdminPort: 15000,
    controlPlaneAuthPolicy: 'MUTUAL_TLS',
    statNameLength: 189,
    statusPort: 15020,
    terminationDrainDuration: '5s',
  };
}

/** A ProxyConfig without what a version does not know and therefore ignores. */
export function knownProxyConfig(config: Record<string, unknown>, istioVersion: string): Record<string, unknown> {
  const unknown = unknownFields('ProxyConfig', minorOf(istioVersion)).filter((field) => field in config);
  if (unknown.length === 0) return config;
  const rest = Object.fromEntries(Object.entries(config).filter(([field]) => !unknown.includes(field)));
  return placeOf(config) ? standsFor(rest, config) : rest;
}

/**
 * Lays one ProxyConfig over another (mesh.MergeProxyConfig): every field of the overlay replaces the whole field below,
 * except `proxyMetadata`, which merges by key, and some of `proxyHeaders`.
 */
export function mergeProxyConfig(base: JsonObject, overlay: Record<string, unknown>): JsonObject {
  const merged = { ...base, ...overlay } as JsonObject;
  const [below, above] = [base['proxyMetadata'], overlay['proxyMetadata']];
  if (isObject(below) && isObject(above))
    merged['proxyMetadata'] = standsFor({ ...below, ...above } as JsonObject, above);
  const [known, headers] = [base['proxyHeaders'], overlay['proxyHeaders']];
  if (isObject(known) && isObject(headers)) {
    const kept = keptProxyHeaders.filter((name) => headers[name] === undefined && known[name] !== undefined);
    const all = { ...headers, ...Object.fromEntries(kept.map((name) => [name, known[name]])) } as JsonObject;
    merged['proxyHeaders'] = standsFor(all, headers);
  }
  return placeOf(overlay) ? standsFor(merged, overlay) : merged;
}
