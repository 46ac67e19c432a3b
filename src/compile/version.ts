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
      transportSocketTimeoutFlag: false,
      authorizationValuesQuoted: false,
      authorizationTrustDomains: false,
      customProvidersApart: false,
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
      transportSocketTimeoutFlag: true,
      authorizationValuesQuoted: true,
      authorizationTrustDomains: true,
      customProvidersApart: true,
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
