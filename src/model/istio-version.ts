/**
 * What differs from one Istio version to another: all of it stands here, as data. Each switch names istiod's own change;
 * its number is the minor version of Istio 1 whose istiod is known to do so first, among those that were recorded.
 */

/** The newest minor version known; taken where nothing tells. */
export const newestMinor = 32;

/** What newer versions do and older ones do not. */
const since = {
  /** `MeshConfig.defaultInboundHttpRetryPolicy` shapes inbound routes. */
  defaultInboundRetryPolicy: 32,
  /** `defaultServiceExportTo` and `defaultVirtualServiceExportTo` of the mesh may name namespaces; before, only `.` and `*` counted, `.` first. */
  defaultExportsToNamespaces: 32,
  /** PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER is known. */
  headlessFilterChainFlag: 32,
  /** `ecdhCurves` of a server's TLS settings counts. */
  serverEcdhCurves: 32,
  /** `ProxyConfig.connectionSettings` shapes connection managers and listeners. */
  connectionSettings: 32,
  /** A sidecar compiles filters for wildcard hosts with DYNAMIC_DNS resolution. */
  sidecarDynamicDns: 32,
  /** `disableContextPropagation` of a Telemetry counts. */
  noContextPropagation: 32,
  /** `serviceAttributeEnrichment` of an OpenTelemetry provider counts. */
  serviceAttributeEnrichment: 32,
  /** TrafficExtensions exist, and WasmPlugins are translated to them. */
  trafficExtensions: 32,
  /** Several services on one sniffed address and port add their TCP chains; before, only the first had any. */
  sniffedPortsMerge: 32,
  /** The time for TLS handshakes follows PILOT_GATEWAY_TRANSPORT_SOCKET_CONNECT_TIMEOUT. */
  transportSocketTimeoutFlag: 32,
  /** Values of AuthorizationPolicies that become expressions are quoted. */
  authorizationValuesQuoted: 32,
  /** AuthorizationPolicies know `trustDomains` and `source.trustDomain`. */
  authorizationTrustDomains: 32,
  /** CUSTOM policies are compiled provider by provider, and a provider's name must be a DNS label. */
  customProvidersApart: 32,
  /** A `proxyVersion` of an EnvoyFilter longer than 1024 characters matches nothing. */
  proxyVersionLengthLimit: 32,
  /** A subset's policy merges `retryBudget` too; before, two policies laid over each other had none. */
  mergesRetryBudget: 32,
  /** Proxies of all namespaces are told of a namespace's PeerAuthentications, not only its own. */
  peerAuthenticationReachesAll: 32,
  /** Proxies are not sent clusters anew where only endpoints of a headless service changed, though its TLS depends on them. */
  skipsClustersOfHeadless: 32,
  /** `retryBudget.budgetInterval` counts. */
  retryBudgetInterval: 32,
  /** `connectionPool.http.http2KeepAlive` counts. */
  http2KeepAlive: 32,
  /** `outlierDetectionHttpErrorCodes` counts. */
  outlierErrorCodes: 32,
  /** A `minHealthPercent` stays, also where a service's unready endpoints are sent. */
  keepsPanicThreshold: 32,
  /** A cluster that brings its own load balancing keeps it. */
  keepsProvidedLbPolicy: 32,
  /** Unready endpoints are sent by default (PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS). */
  sendsUnhealthyEndpoints: 32,
  /** `zoneAwareLbSetting` of rules and of the mesh counts. */
  zoneAwareLb: 32,
  /** The webhook takes an `aggression` of a warm-up between 0 and 1. */
  aggressionBelowOne: 32,
  /** `loadBalancer.backendUtilization` is known. */
  backendUtilization: 32,
  /** The webhook takes DYNAMIC_DNS for GRPC and HTTP2, and inside of the mesh. */
  dynamicDnsInMesh: 32,
  /** The webhook warns of private keys in a RequestAuthentication. */
  warnsOfPrivateKeys: 32,
  /** `failoverPriority` orders the endpoints of DNS clusters too. */
  failoverPriorityOfDns: 32,
  /** With the network first in `failoverPriority`, remote networks are ranked by the labels that follow. */
  ranksRemoteNetworks: 32,
  /** A subset without `tls` takes the host's for the choice of endpoints. */
  subsetInheritsTlsMode: 32,
  /** ISTIO_MUTUAL towards a dynamic forward proxy takes SNI from the request. */
  dynamicDnsMutualTls: 32,
  /** Proxies that know no network of their own use the gateways of the networks that have some. */
  gatewaysForUnknownNetwork: 32,
  /** Network gateways of an address family that the proxy has not got are left out. */
  gatewaysByAddressFamily: 32,
  /** A Service whose cluster IPs are all of a family that the proxy lacks has no address as a domain. */
  clusterIpsByFamily: 32,
  /** Services inherit `networking.istio.io/traffic-distribution` from their namespace. */
  namespaceTrafficDistribution: 30,
  /** `istio.io/connect-strategy` on a ServiceEntry. */
  dnsConnectStrategy: 30,
  /** Inline endpoints of a ServiceEntry carry its namespace and a workload name made of its own. */
  namedInlineEndpoints: 30,
  /** `~` before an egress host's namespace excludes. */
  egressExclusions: 30,
  /** DestinationRules made of the Gateway API's policies for backends merge with those written by hand. */
  backendPolicyMerge: 30,
  /** A VirtualService's destination that several namespaces have means a Kubernetes Service first. */
  preferKubernetesDestination: 30,
  /** Gateway API: TCPRoute, TLSRoute, ListenerSet and their protocols need no flag. */
  layer4Routes: 30,
  /** Gateway API: HTTPRoutes and GRPCRoutes of one host are merged into one VirtualService. */
  mergeHttpAndGrpc: 30,
  /** Gateway API: `*` in CORS origins, and preflight requests that match no origin pass. */
  corsWildcards: 30,
  /** Gateway API: a redirect that replaces a prefix has a field of its own. */
  prefixRedirect: 30,
  /** Gateway API: of two listeners that collide the later one is left out. */
  listenerConflicts: 30,
  /** Gateway API: a TLSRoute's hosts are narrowed to those of the listener. */
  narrowTlsHosts: 30,
  /** Gateway API: characters of header values are checked. */
  checkHeaderValues: 30,
  /** Gateway API: `validation.mode` of a Gateway's TLS settings counts. */
  frontendValidationMode: 30,
} as const;

/** What older versions did: the minor version from which on it is no longer so. */
const until = {
  /** `MeshConfig.tlsDefaults.minProtocolVersion` is written as Envoy's enum of the same number: TLSV1_2 becomes TLSv1_0. */
  meshTlsDefaultsMisread: 32,
  /** Upstream spans of gateways can be turned off (PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY). */
  upstreamSpanFlag: 32,
} as const;

/** Values that changed, each in force from its version on. */
const values = {
  /** Percent of a `retryBudget` that names none; 1.29 writes a fraction where Envoy reads percent. */
  defaultRetryBudgetPercent: [
    [0, 0.2],
    [32, 20],
  ],
} as const satisfies Record<string, readonly (readonly [from: number, value: number])[]>;

/** Fields by the minor version that knew them first; an older one ignores them. */
const fieldsSince = {
  MeshConfig: {
    defaultTrafficPolicy: 30,
    defaultInboundHttpRetryPolicy: 30,
    serviceEntryVisibility: 30,
    zoneAwareLbSetting: 30,
  },
  ProxyConfig: { connectionSettings: 30 },
} as const satisfies Record<string, Record<string, number>>;

/** What one version of istiod does; see `since`, `until` and `values` for each. */
export type Behaviour = Readonly<
  Record<keyof typeof since | keyof typeof until, boolean> & Record<keyof typeof values, number>
>;

const known = new Map<number, Behaviour>();

/** The behaviour of a minor version. */
export function behaviourOf(minor: number): Behaviour {
  let found = known.get(minor);
  if (!found) {
    const entries: [string, boolean | number][] = [
      ...Object.entries(since).map(([name, from]): [string, boolean] => [name, minor >= from]),
      ...Object.entries(until).map(([name, to]): [string, boolean] => [name, minor < to]),
      ...Object.entries(values).map(([name, steps]): [string, number] => [
        name,
        steps.reduce<number>((value, [from, next]) => (minor >= from ? next : value), 0),
      ]),
    ];
    found = Object.fromEntries(entries) as Behaviour;
    known.set(minor, found);
  }
  return found;
}

const minors = new Map<string, number>();

/** The behaviour of a control plane by its version (`1.29`); an unreadable version counts as the newest. */
export function behaviour(controlPlane: { istioVersion: string }): Behaviour {
  let minor = minors.get(controlPlane.istioVersion);
  if (minor === undefined) {
    minor = minorOf(controlPlane.istioVersion);
    minors.set(controlPlane.istioVersion, minor);
  }
  return behaviourOf(minor);
}

/** The minor version of `1.29.0` or `1.29`; the newest known for what cannot be read. */
export function minorOf(version: string): number {
  return Number(/^1\.(\d+)/.exec(version)?.[1] ?? newestMinor);
}

/** The fields of a message that a version does not know and therefore ignores. */
export function unknownFields(message: keyof typeof fieldsSince, minor: number): string[] {
  return Object.entries(fieldsSince[message])
    .filter(([, from]) => minor < from)
    .map(([field]) => field);
}
