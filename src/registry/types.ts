/**
 * What the compiler knows of the mesh: istiod's `PushContext`, `Service`, `IstioEndpoint` and `SidecarScope` in our own
 * shape (pilot/pkg/model). Built once from resources by `buildRegistry`; never changed afterwards. Config containers
 * inside (`spec`, http routes, ports, ...) are the adopted originals, so `derive`/`deriveField` find their places.
 */
import type { JsonObject } from '../model/json.ts';
import type { Locality, Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { GatewayApi } from './gateway-api/index.ts';

/** Istio's protocol names (pkg/config/protocol). `Unsupported` stands for "sniff". */
export type Protocol =
  | 'GRPC'
  | 'GRPC-Web'
  | 'HTTP'
  | 'HTTP_PROXY'
  | 'HTTP2'
  | 'HTTPS'
  | 'TCP'
  | 'TLS'
  | 'UDP'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'HBONE'
  | 'Unsupported';

export type Resolution = 'ClientSideLB' | 'DNSLB' | 'DNSRoundRobinLB' | 'Passthrough' | 'Alias' | 'DynamicDNS';

export interface ServicePort {
  name: string;
  port: number;
  protocol: Protocol;
  /** Of a Kubernetes Service: number or name of the container's port; of a ServiceEntry: its targetPort. */
  targetPort?: number | string;
  /** The config container of the port. */
  config: object;
}

/** Who may see an object: namespaces, '*' for all, '.' already resolved to the own namespace, '~' for nobody. */
export type ExportTo = ReadonlySet<string>;

/** One host of the mesh: a Kubernetes Service, or one host of a ServiceEntry. */
export interface Service {
  hostname: string;
  name: string;
  namespace: string;
  registry: 'Kubernetes' | 'External';
  /** Virtual addresses as istiod uses them for listeners: ClusterIPs, a ServiceEntry's (or auto-allocated) addresses, `0.0.0.0` where there is none. */
  addresses: string[];
  /** Addresses that istiod allotted to a ServiceEntry's host without any: they answer DNS and make listeners where DNS capture is on. */
  autoAllocatedAddresses: string[];
  ports: ServicePort[];
  resolution: Resolution;
  meshExternal: boolean;
  exportTo: ExportTo;
  /** RFC 3339. */
  creationTimestamp: string;
  labels: Record<string, string>;
  /** Of a Service without selector or an ExternalName: {}. */
  selector: Record<string, string>;
  /** Kubernetes only: ClusterIP, NodePort, LoadBalancer, ExternalName, Headless. */
  type: string;
  externalName: string;
  trafficDistribution: '' | 'PreferClose' | 'PreferSameZone' | 'PreferSameNode';
  internalTrafficPolicyLocal: boolean;
  publishNotReadyAddresses: boolean;
  /** subjectAltNames of a ServiceEntry; identities that a Service declares by annotation. */
  subjectAltNames: string[];
  /** ExternalName services that stand for this one, resolved through several hops; ordered by namespace, then hostname. */
  aliases: { hostname: string; namespace: string }[];
  /** `networking.istio.io/dns-connect-strategy` of a ServiceEntry, from 1.32 on. */
  dnsConnectStrategy?: string;
  resource: Resource;
}

/** UNKNOWN: nobody checks it (WorkloadEntries, inline endpoints); it counts as healthy. */
export type EndpointHealth = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TERMINATING';

/** One instance of a service port (istiod's `IstioEndpoint`). */
export interface Endpoint {
  address: string;
  /** Further addresses of a dual-stack pod. */
  additionalAddresses?: string[];
  port: number;
  /** Unix domain socket endpoints have a path and no port. */
  pipe?: string;
  servicePortName: string;
  labels: Record<string, string>;
  namespace: string;
  workloadName: string;
  serviceAccount: string;
  network: string;
  locality: Locality;
  clusterId: string;
  /** 0 means unset. */
  weight: number;
  /** `security.istio.io/tlsMode` of the workload: 'istio' or 'disabled'. */
  tlsMode: string;
  health: EndpointHealth;
  hostname: string;
  subdomain: string;
  nodeName: string;
  /** The object that makes the endpoint known: EndpointSlice, ServiceEntry, WorkloadEntry. */
  source: object;
}

/** A VirtualService as istiod uses it: names resolved to FQDNs, delegates merged in, defaults of exportTo applied. */
export interface VirtualService {
  resource: Resource;
  name: string;
  namespace: string;
  hosts: string[];
  /** `mesh` or `namespace/name`. */
  gateways: string[];
  exportTo: ExportTo;
  creationTimestamp: string;
  /** camelCase as in the API; containers keep their places (a delegate's routes those of the delegate). */
  spec: JsonObject;
  /** Host names before they were resolved, in the order of `hosts`. */
  shortHosts: string[];
  /** Made from an HTTPRoute (`gateway`) or an Ingress (`ingress`), which match whole path segments; undefined otherwise. */
  routeSemantics?: 'gateway' | 'ingress';
}

/** DestinationRules merged for one host (istiod's ConsolidatedDestRule), oldest first. */
export interface DestinationRule {
  host: string;
  /** All the rules merged into this one: `from[0]` is the oldest. */
  from: Resource[];
  exportTo: ExportTo;
  /** The merged `DestinationRule` message; each container keeps the place in the rule it came from. */
  spec: JsonObject;
  namespace: string;
}

/** One egress listener of a SidecarScope (istiod's IstioEgressListenerWrapper). */
export interface EgressListener {
  /** The `egress[]` item, undefined for the default scope. */
  config?: JsonObject;
  /** Undefined: applies to all ports. */
  port?: { number: number; protocol: Protocol; name: string };
  bind?: string;
  captureMode: 'DEFAULT' | 'IPTABLES' | 'NONE';
  /** Services imported by this listener, in istiod's order. */
  services: Service[];
  virtualServices: VirtualService[];
  /** By hostname of a service of this listener: the VirtualService of the most specific host that covers it. */
  mostSpecificVirtualService(hostname: string): VirtualService | undefined;
}

/** What one proxy (namespace + Sidecar) can see. */
export interface SidecarScope {
  namespace: string;
  /** The Sidecar resource that applies, if any. */
  sidecar?: Resource;
  egressListeners: EgressListener[];
  /** Union of the listeners' services, in istiod's order. */
  services: Service[];
  serviceByHostname: ReadonlyMap<string, Service>;
  /** `outboundTrafficPolicy` in force. */
  outboundTrafficPolicy: {
    mode: 'ALLOW_ANY' | 'ALLOW_ANY_DYNAMIC_DNS' | 'REGISTRY_ONLY';
    egressProxy?: JsonObject;
    source?: object;
  };
  /** `ingress` of the Sidecar. */
  ingress: JsonObject[];
  inboundConnectionPool?: JsonObject;
  /** The rule for a service of this scope (client namespace, service namespace, root; most specific host); none for others. */
  destinationRule(service: Pick<Service, 'hostname' | 'namespace'>): DestinationRule | undefined;
  /** As `destinationRule`, for inbound config: rules with a workloadSelector do not count. */
  inboundDestinationRule(service: Pick<Service, 'hostname' | 'namespace'>): DestinationRule | undefined;
}

/** An instance of a service port that runs in a proxy's own pod (istiod's ServiceTarget). */
export interface ServiceTarget {
  service: Service;
  port: ServicePort;
  targetPort: number;
}

/** Istio's `MeshConfig` with defaults filled in, camelCase; containers keep their places in the ConfigMap where they have one. */
export type MeshConfig = JsonObject & { rootNamespace: string; trustDomain: string };

/** Flags of istiod's own environment that shape config (pilot/pkg/features), defaults of the version filled in. */
export interface IstiodEnvironment {
  /** Raw values, by variable name; only those set. */
  raw: Record<string, string>;
  flag(name: string, fallback: boolean): boolean;
  text(name: string, fallback: string): string;
}

export interface Registry {
  mesh: MeshConfig;
  /** `meshNetworks` of the mesh's ConfigMap, camelCase. */
  meshNetworks?: JsonObject;
  environment: IstiodEnvironment;
  /** Version of the control plane: `1.29`, `1.32`; what differs between versions is looked up by it in one place. */
  istioVersion: string;
  /** The cluster that istiod reads its configuration from. */
  clusterId: string;
  domainSuffix: string;
  /** Each cluster that istiod reads: its Services as it has them itself, and its objects by kind. */
  clusters: readonly {
    clusterId: string;
    services: readonly Service[];
    resources: { list(kind: string): readonly Resource[] };
  }[];
  /** Ids of clusters that istiod reads too: they may have hosts and workloads that are not known here. */
  unseenClusters: readonly string[];
  /** Objects that are taken to exist because others name them, as `Service shop/cart`. */
  assumed: ReadonlySet<string>;
  /** All services, istiod's order (creation time, then name). */
  services: Service[];
  /** Services of one hostname by namespace. */
  serviceByHostname(hostname: string): Service[];
  /** Endpoints of a service port, all of the mesh, unfiltered, in istiod's order. */
  endpoints(service: Service, port: ServicePort): Endpoint[];
  /** All proxies, built from pods with an `istio-proxy` container. */
  proxies: Proxy[];
  sidecarScope(proxy: Proxy): SidecarScope;
  /** Services whose pods include this proxy's pod, with the port on the pod. */
  serviceTargets(proxy: Proxy): ServiceTarget[];
  /** VirtualServices bound to `gateway` ('mesh' or 'namespace/name') visible to the namespace, istiod's order. */
  virtualServicesForGateway(namespace: string, gateway: string): VirtualService[];
  /** All resources of one kind (`VirtualService`, `EnvoyFilter`, ...; Gateway API kinds as `gateway.networking.k8s.io/Gateway`), oldest first, ties by name then namespace. */
  resources(kind: string): readonly Resource[];
  namespace(name: string): Resource | undefined;
  /** How the Gateway API was converted; undefined where this istiod does not read it. */
  gatewayApi: GatewayApi | undefined;
  /** Istio's own objects that this istiod does not read: of namespaces that it does not watch, labelled for another revision. */
  unread: readonly Resource[];
}

/** The input of `buildRegistry`: every object of the state, whatever its kind. */
export interface RegistryInput {
  resources: readonly Resource[];
  /** What the API server has, where `resources` says what it would have. */
  accepted?: readonly Resource[];
  /** What istiod itself answered, where it could be asked: effective MeshConfig (`/debug/mesh`) and version. */
  istiod?: { mesh?: JsonObject; version?: string };
  /** Further clusters that istiod reads Services, endpoints, pods and nodes of, by the ids that Istio knows them by. */
  remotes?: readonly { clusterId: string; resources: readonly Resource[] }[];
  /** Ids of clusters that istiod reads too, and of which nothing is known here. */
  unseenClusters?: readonly string[];
  /** Those of the objects that are taken to exist because others name them, as `Service shop/cart`. */
  assumed?: readonly string[];
  /** The cluster whose proxies are asked for, where it is one of the remote ones. */
  home?: string;
  /** A name of that cluster: ids of proxies end with it, `namespace/pod@name`. */
  homeName?: string;
}
