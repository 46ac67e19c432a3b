import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import type { DestinationRuleIndex } from './destination-rule-index.ts';
import { egressListener, mostSpecific } from './egress-listener.ts';
import { objects } from './objects.ts';
import { addListenerServices, ScopeServices } from './scope-services.ts';
import type { ServiceIndex } from './service-index.ts';
import type { MeshConfig, Service, SidecarScope } from './types.ts';
import type { VirtualServiceIndex } from './virtual-service-index.ts';

export interface ScopeContext {
  mesh: MeshConfig;
  services: ServiceIndex;
  virtualServices: VirtualServiceIndex;
  destinationRules: DestinationRuleIndex;
  /** `~` in egress hosts excludes. */
  egressExclusions: boolean;
  /** Destinations prefer Kubernetes Services over the first namespace by name. */
  preferKubernetesDestination: boolean;
}

/** The scope of a namespace's sidecars under a Sidecar resource, or without one (convertToSidecarScope). */
export function sidecarScope(sidecar: Resource | undefined, namespace: string, context: ScopeContext): SidecarScope {
  const egress = objects(sidecar?.spec['egress']);
  const listeners = (egress.length > 0 ? egress : [undefined]).map((item) => egressListener(item, namespace, context));
  const services = new ScopeServices();
  for (const listener of listeners) addListenerServices(services, listener, namespace, context);
  const pool = sidecar?.spec['inboundConnectionPool'];
  return {
    namespace,
    ...(sidecar ? { sidecar } : {}),
    egressListeners: listeners,
    services: [...services.byHostname.values()],
    serviceByHostname: services.byHostname,
    outboundTrafficPolicy: outboundTrafficPolicy(sidecar, context.mesh),
    ingress: objects(sidecar?.spec['ingress']),
    ...(isObject(pool) ? { inboundConnectionPool: pool as JsonObject } : {}),
    ...destinationRuleLookup(namespace, services.byHostname, {}, context),
  };
}

/** The scope of a namespace's gateways: everything that is visible, no Sidecar (DefaultSidecarScopeForGateway). */
export function gatewayScope(namespace: string, context: ScopeContext): SidecarScope {
  const services = new ScopeServices();
  for (const service of context.services.exportedTo(namespace)) services.add(service);
  const virtualServices = context.virtualServices.forGateway(namespace, 'mesh');
  return {
    namespace,
    egressListeners: [
      {
        captureMode: 'DEFAULT',
        services: [],
        virtualServices,
        mostSpecificVirtualService: mostSpecific(virtualServices),
      },
    ],
    services: [...services.byHostname.values()],
    serviceByHostname: services.byHostname,
    // Nothing that a gateway does not know may pass.
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    ingress: [],
    ...destinationRuleLookup(namespace, services.byHostname, {}, context),
  };
}

/** The scope as one workload sees it: DestinationRules with a workloadSelector count where they match its labels. */
export function forWorkload(scope: SidecarScope, labels: Record<string, string>, context: ScopeContext): SidecarScope {
  if (!context.destinationRules.hasSelectors) return scope;
  return { ...scope, ...destinationRuleLookup(scope.namespace, scope.serviceByHostname, labels, context) };
}

/** Only services of the scope have rules (istiod's `selectDestinationRules`), also where the proxy itself serves one. */
function destinationRuleLookup(
  namespace: string,
  services: ReadonlyMap<string, Service>,
  labels: Record<string, string>,
  context: ScopeContext,
): Pick<SidecarScope, 'destinationRule' | 'inboundDestinationRule'> {
  const rules = context.destinationRules;
  const ruleFor = (hostname: string, own: Record<string, string> | undefined) => {
    const service = services.get(hostname);
    return service && rules.ruleFor(namespace, service, own);
  };
  return {
    destinationRule: ({ hostname }) => ruleFor(hostname, labels),
    inboundDestinationRule: ({ hostname }) => ruleFor(hostname, undefined),
  };
}

/** What happens to traffic that no listener knows: the Sidecar's word, else the mesh's. */
function outboundTrafficPolicy(sidecar: Resource | undefined, mesh: MeshConfig): SidecarScope['outboundTrafficPolicy'] {
  const own = sidecar?.spec['outboundTrafficPolicy'];
  const source = isObject(own) ? own : isObject(mesh['outboundTrafficPolicy']) ? mesh['outboundTrafficPolicy'] : {};
  const proxy = isObject(own) ? own['egressProxy'] : undefined;
  // The zero value of a Sidecar's policy is REGISTRY_ONLY, as in the API.
  const wanted = source['mode'];
  const mode = wanted === 'ALLOW_ANY' || wanted === 'ALLOW_ANY_DYNAMIC_DNS' ? wanted : 'REGISTRY_ONLY';
  return { mode, ...(isObject(proxy) ? { egressProxy: proxy as JsonObject } : {}), source };
}
