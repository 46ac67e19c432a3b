import { behaviourOf } from '../model/istio-version.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { autoAllocate } from './auto-allocation.ts';
import { DestinationRuleIndex } from './destination-rule-index.ts';
import { readByIstiod } from './discovery.ts';
import { EndpointIndex } from './endpoint-index.ts';
import { readIstiod } from './environment.ts';
import { convertGatewayApi } from './gateway-api/index.ts';
import { type KubernetesCluster, kubernetesCluster, mergedServices } from './kubernetes-cluster.ts';
import { findMeshConfigMap, meshConfig, meshNetworks } from './mesh-config.ts';
import { networkResolver } from './network.ts';
import { compareText } from './order.ts';
import { proxies } from './proxy.ts';
import { remoteCluster } from './remote-cluster.ts';
import { ResourceIndex } from './resources.ts';
import { inRevision } from './revision.ts';
import { serviceEntryServices } from './service-entry.ts';
import { serviceEntryVisibility } from './service-entry-visibility.ts';
import { ServiceIndex } from './service-index.ts';
import { ServiceTargets } from './service-target.ts';
import { forWorkload, gatewayScope, type ScopeContext, sidecarScope } from './sidecar-scope.ts';
import { SidecarSelection } from './sidecar-selection.ts';
import type { Registry, RegistryInput, Service, SidecarScope } from './types.ts';
import { controlPlaneVersion } from './version.ts';
import { virtualServices } from './virtual-service.ts';
import { VirtualServiceIndex } from './virtual-service-index.ts';

/**
 * Builds what the compiler knows of the mesh from the objects of one state (API server, or Git laid over it), as istiod's
 * PushContext is initialized. Endpoints and scopes are computed when they are first asked for.
 *
 * @throws YAMLException where the mesh's ConfigMap does not hold YAML
 */
export function buildRegistry(input: RegistryInput): Registry {
  const everything = new ResourceIndex(input.resources);
  const istiod = readIstiod(everything);
  const { environment } = istiod;
  const configMap = findMeshConfigMap(everything, istiod.namespace, environment.text('REVISION', 'default'));
  const version = controlPlaneVersion(input.istiod?.version, istiod.image, everything.list('Pod'));
  const mesh = meshConfig(configMap, version.minor, input.istiod?.mesh);
  const behaviour = behaviourOf(version.minor);
  const clusterId = environment.text('CLUSTER_ID', 'Kubernetes');
  const domainSuffix = argument(istiod.arguments, '--domain') ?? 'cluster.local';
  const read = inRevision(readByIstiod(everything, mesh, environment), environment.text('REVISION', ''));
  const gatewayApi = convertGatewayApi(read, environment, domainSuffix, behaviour);
  const resources = withConverted(read, gatewayApi?.converted ?? []);
  const namespace = (name: string): Resource | undefined => everything.get('', 'Namespace', '', name);
  const networks = meshNetworks(configMap);
  const networkOf = networkResolver(networks, clusterId, namespace(istiod.namespace));
  const exportDefault = (key: string): readonly unknown[] => (Array.isArray(mesh[key]) ? mesh[key] : ['*']);
  const common = {
    resources,
    mesh,
    environment,
    clusterId,
    domainSuffix,
    trustDomain: mesh.trustDomain,
    networkOf,
    ...behaviour,
    defaultExportTo: exportDefault('defaultServiceExportTo'),
    istiodStart: istiod.startedAt,
  };
  const own = kubernetesCluster({ ...common, everything });
  const remotes = [...(input.remotes ?? [])].sort((a, b) => compareText(a.clusterId, b.clusterId));
  const clusters = [
    own,
    ...remotes.map((remote) => remoteCluster(remote, { common, istiod, networks, minor: version.minor })),
  ];
  const home = clusters.find((cluster) => cluster.clusterId === input.home) ?? own;

  const serviceContext = { ...common, namespace, visibility: serviceEntryVisibility(mesh) };
  const entryServices = resources.list('ServiceEntry').flatMap((item) => serviceEntryServices(item, serviceContext));
  const allocates = environment.flag('PILOT_ENABLE_IP_AUTOALLOCATE', true);
  const services = new ServiceIndex([
    ...mergedServices(clusters, home.clusterId),
    ...(allocates ? entryServices : autoAllocate(entryServices)),
  ]);

  const endpointContext = {
    ...common,
    pods: own.pods,
    clusters: clusters.map((cluster) => cluster.endpoints),
    servicesOf: (hostname: string) => services.allOf(hostname),
  };
  const endpoints = new EndpointIndex(
    endpointContext,
    clusters.flatMap((cluster) => cluster.workloads),
  );
  const targets = new ServiceTargets(servicesAt(home, clusters, services), home.workloads, endpoints);
  const allProxies = proxies({
    ...common,
    resources: home.resources,
    clusterId: home.clusterId,
    networkOf: home.networkOf,
    pods: home.allPods,
    clusterName: input.homeName,
    istioVersion: version.full,
  });

  const virtualServiceIndex = new VirtualServiceIndex(
    virtualServices(resources.list('VirtualService'), {
      domainSuffix,
      defaultExportTo: exportDefault('defaultVirtualServiceExportTo'),
      ...behaviour,
    }),
  );
  const destinationRules = new DestinationRuleIndex(resources.list('DestinationRule'), {
    rootNamespace: mesh.rootNamespace,
    domainSuffix,
    defaultExportTo: exportDefault('defaultDestinationRuleExportTo'),
    enhancedMerge: environment.flag('ENABLE_ENHANCED_DESTINATIONRULE_MERGE', true),
    ...behaviour,
  });
  const scopes = scopeLookup(resources, {
    mesh,
    services,
    virtualServices: virtualServiceIndex,
    destinationRules,
    ...behaviour,
  });

  return {
    mesh,
    meshNetworks: networks,
    environment,
    istioVersion: `1.${version.minor}`,
    clusterId,
    domainSuffix,
    clusters,
    unseenClusters: input.unseenClusters ?? [],
    assumed: new Set(input.assumed),
    services: services.services,
    serviceByHostname: (hostname) => services.allOf(hostname),
    endpoints: (service, port) => endpoints.endpoints(service, port),
    proxies: allProxies,
    sidecarScope: scopes,
    serviceTargets: (proxy) => targets.of(proxy),
    virtualServicesForGateway: (name, gateway) => virtualServiceIndex.forGateway(name, gateway),
    // Who runs where is a matter of the proxies' own cluster; what configures them is not.
    resources: (kind) => (workloadKinds.has(kind) ? home.resources : resources).list(kind),
    namespace,
    gatewayApi: gatewayApi?.api,
    unread: everything.all().filter((item) => item.group.endsWith('.istio.io') && !has(read, item)),
  };
}

/** The release of the control plane, as a registry of the same input has it: `1.29`. */
export function istioVersionOf({ resources, istiod: answers }: RegistryInput): string {
  const everything = new ResourceIndex(resources);
  const { image } = readIstiod(everything);
  return `1.${controlPlaneVersion(answers?.version, image, everything.list('Pod')).minor}`;
}

function has(index: ResourceIndex, { group, kind, metadata }: Resource): boolean {
  return index.get(group, kind, metadata.namespace, metadata.name) !== undefined;
}

const workloadKinds = new Set(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout']);

/** The services that may run in a proxy's pod: those of its own cluster, and of ServiceEntries. */
function servicesAt(
  home: KubernetesCluster,
  clusters: readonly KubernetesCluster[],
  all: ServiceIndex,
): readonly Service[] {
  if (clusters.length === 1) return all.services;
  return [...home.services, ...all.services.filter((service) => service.registry === 'External')];
}

/** The resources, and those that istiod makes of the Gateway API's. */
function withConverted(resources: ResourceIndex, converted: readonly Resource[]): ResourceIndex {
  return converted.length > 0 ? new ResourceIndex([...resources.all(), ...converted]) : resources;
}

/** Scopes, each computed once for a namespace and the Sidecar that applies. */
function scopeLookup(resources: ResourceIndex, context: ScopeContext): (proxy: Proxy) => SidecarScope {
  const selection = new SidecarSelection(resources.list('Sidecar'), context.mesh.rootNamespace);
  const known = new Map<string, SidecarScope>();
  return (proxy) => {
    const { type, namespace, labels } = proxy;
    const sidecar = type === 'sidecar' ? selection.select(namespace, labels) : undefined;
    const key = `${type}/${namespace}/${sidecar?.metadata.namespace ?? ''}/${sidecar?.metadata.name ?? ''}`;
    let scope = known.get(key);
    if (!scope) {
      scope = type === 'router' ? gatewayScope(namespace, context) : sidecarScope(sidecar, namespace, context);
      known.set(key, scope);
    }
    return forWorkload(scope, labels, context);
  };
}

function argument(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return args[at]?.startsWith(`${name}=`) ? args[at]?.slice(name.length + 1) : args[at + 1];
}
