import type { Registry } from '../registry/types.ts';

/** What the compiler does differently from one Istio version to another. Each switch names istiod's own change. */
export interface Behaviour {
  /** `MeshConfig.defaultInboundHttpRetryPolicy` shapes inbound routes. */
  defaultInboundRetryPolicy: boolean;
  /** `MeshConfig.tlsDefaults.minProtocolVersion` is written as Envoy's enum of the same number: TLSV1_2 becomes TLSv1_0. */
  meshTlsDefaultsMisread: boolean;
  /** `ecdhCurves` of a server's TLS settings counts. */
  serverEcdhCurves: boolean;
  /** `ProxyConfig.connectionSettings` shapes connection managers and listeners. */
  connectionSettings: boolean;
  /** Upstream spans of gateways can be turned off (PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY). */
  upstreamSpanFlag: boolean;
  /** A sidecar compiles filters for wildcard hosts with DYNAMIC_DNS resolution. */
  sidecarDynamicDns: boolean;
  /** `disableContextPropagation` of a Telemetry counts. */
  noContextPropagation: boolean;
  /** `serviceAttributeEnrichment` of an OpenTelemetry provider counts. */
  serviceAttributeEnrichment: boolean;
  /** TrafficExtensions exist, and WasmPlugins are translated to them. */
  trafficExtensions: boolean;
  /** Several services on one sniffed address and port add their TCP chains; before, only the first had any. */
  sniffedPortsMerge: boolean;
  /** The time for TLS handshakes follows PILOT_GATEWAY_TRANSPORT_SOCKET_CONNECT_TIMEOUT. */
  transportSocketTimeoutFlag: boolean;
  /** Values of AuthorizationPolicies that become expressions are quoted. */
  authorizationValuesQuoted: boolean;
  /** AuthorizationPolicies know `trustDomains` and `source.trustDomain`. */
  authorizationTrustDomains: boolean;
  /** CUSTOM policies are compiled provider by provider, and a provider's name must be a DNS label. */
  customProvidersApart: boolean;
  /** A `proxyVersion` of an EnvoyFilter longer than 1024 characters matches nothing. */
  proxyVersionLengthLimit: boolean;
  /** A subset's policy merges `retryBudget` too; before, two policies laid over each other had none. */
  mergesRetryBudget: boolean;
  /** Proxies of all namespaces are told of a namespace's PeerAuthentications, not only its own. */
  peerAuthenticationReachesAll: boolean;
  /** Proxies are not sent clusters anew where only endpoints of a headless service changed, though its TLS depends on them. */
  skipsClustersOfHeadless: boolean;
  /** Percent of a `retryBudget` that names none; 1.29 writes a fraction where Envoy reads percent. */
  defaultRetryBudgetPercent: number;
  /** `retryBudget.budgetInterval` counts. */
  retryBudgetInterval: boolean;
  /** `connectionPool.http.http2KeepAlive` counts. */
  http2KeepAlive: boolean;
  /** `outlierDetectionHttpErrorCodes` counts. */
  outlierErrorCodes: boolean;
  /** A `minHealthPercent` stays, also where a service's unready endpoints are sent. */
  keepsPanicThreshold: boolean;
  /** A cluster that brings its own load balancing keeps it. */
  keepsProvidedLbPolicy: boolean;
  /** Unready endpoints are sent by default (PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS). */
  sendsUnhealthyEndpoints: boolean;
  /** `zoneAwareLbSetting` of rules and of the mesh counts. */
  zoneAwareLb: boolean;
  /** `failoverPriority` orders the endpoints of DNS clusters too. */
  failoverPriorityOfDns: boolean;
  /** With the network first in `failoverPriority`, remote networks are ranked by the labels that follow. */
  ranksRemoteNetworks: boolean;
  /** A subset without `tls` takes the host's for the choice of endpoints. */
  subsetInheritsTlsMode: boolean;
  /** ISTIO_MUTUAL towards a dynamic forward proxy takes SNI from the request. */
  dynamicDnsMutualTls: boolean;
  /** Proxies that know no network of their own use the gateways of the networks that have some. */
  gatewaysForUnknownNetwork: boolean;
  /** Network gateways of an address family that the proxy has not got are left out. */
  gatewaysByAddressFamily: boolean;
  /** A Service whose cluster IPs are all of a family that the proxy lacks has no address as a domain. */
  clusterIpsByFamily: boolean;
}

/** By minor version, each entry in force from that version on. */
const changes: readonly (readonly [from: number, change: Partial<Behaviour>])[] = [
  [
    0,
    {
      defaultInboundRetryPolicy: false,
      meshTlsDefaultsMisread: true,
      serverEcdhCurves: false,
      connectionSettings: false,
      upstreamSpanFlag: true,
      sidecarDynamicDns: false,
      noContextPropagation: false,
      serviceAttributeEnrichment: false,
      sniffedPortsMerge: false,
      trafficExtensions: false,
      transportSocketTimeoutFlag: false,
      authorizationValuesQuoted: false,
      authorizationTrustDomains: false,
      customProvidersApart: false,
      proxyVersionLengthLimit: false,
      mergesRetryBudget: false,
      peerAuthenticationReachesAll: false,
      skipsClustersOfHeadless: false,
      defaultRetryBudgetPercent: 0.2,
      retryBudgetInterval: false,
      http2KeepAlive: false,
      outlierErrorCodes: false,
      keepsPanicThreshold: false,
      keepsProvidedLbPolicy: false,
      sendsUnhealthyEndpoints: false,
      zoneAwareLb: false,
      failoverPriorityOfDns: false,
      ranksRemoteNetworks: false,
      subsetInheritsTlsMode: false,
      dynamicDnsMutualTls: false,
      gatewaysForUnknownNetwork: false,
      gatewaysByAddressFamily: false,
      clusterIpsByFamily: false,
    },
  ],
  [
    32,
    {
      defaultInboundRetryPolicy: true,
      meshTlsDefaultsMisread: false,
      serverEcdhCurves: true,
      connectionSettings: true,
      upstreamSpanFlag: false,
      sidecarDynamicDns: true,
      noContextPropagation: true,
      serviceAttributeEnrichment: true,
      sniffedPortsMerge: true,
      trafficExtensions: true,
      transportSocketTimeoutFlag: true,
      authorizationValuesQuoted: true,
      authorizationTrustDomains: true,
      customProvidersApart: true,
      proxyVersionLengthLimit: true,
      mergesRetryBudget: true,
      peerAuthenticationReachesAll: true,
      skipsClustersOfHeadless: true,
      defaultRetryBudgetPercent: 20,
      retryBudgetInterval: true,
      http2KeepAlive: true,
      outlierErrorCodes: true,
      keepsPanicThreshold: true,
      keepsProvidedLbPolicy: true,
      sendsUnhealthyEndpoints: true,
      zoneAwareLb: true,
      failoverPriorityOfDns: true,
      ranksRemoteNetworks: true,
      subsetInheritsTlsMode: true,
      dynamicDnsMutualTls: true,
      gatewaysForUnknownNetwork: true,
      gatewaysByAddressFamily: true,
      clusterIpsByFamily: true,
    },
  ],
];

const known = new Map<string, Behaviour>();

/** The behaviour of the control plane's version; an unreadable version counts as the newest. */
export function behaviour(registry: Registry): Behaviour {
  let found = known.get(registry.istioVersion);
  if (!found) {
    const minor = Number(/^1\.(\d+)/.exec(registry.istioVersion)?.[1] ?? Number.POSITIVE_INFINITY);
    found = Object.assign({}, ...changes.filter(([from]) => from <= minor).map(([, change]) => change)) as Behaviour;
    known.set(registry.istioVersion, found);
  }
  return found;
}
