import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { type EndpointContext, podFacts } from './endpoint-context.ts';
import { objects } from './objects.ts';
import { podIps, readySince } from './pod-index.ts';
import type { Endpoint, EndpointHealth, IstiodEnvironment, Service } from './types.ts';

/**
 * Endpoints of a Kubernetes Service from its EndpointSlices (endpointSliceController.updateEndpointCacheForSlice).
 * The first of an address and port name counts where slices overlap.
 */
export function sliceEndpoints(
  slices: readonly Resource[],
  service: Service,
  environment: IstiodEnvironment,
  context: EndpointContext,
): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    for (const endpoint of endpointsOfSlice(slice, service, environment, context)) {
      const key = `${endpoint.address}\n${endpoint.servicePortName}`;
      if (!found.has(key)) found.set(key, endpoint);
    }
  }
  return [...found.values()];
}

function* endpointsOfSlice(
  slice: Resource,
  service: Service,
  environment: IstiodEnvironment,
  context: EndpointContext,
): Generator<Endpoint> {
  if (slice.object['addressType'] === 'FQDN') return;
  const dualStack = environment.flag('ISTIO_DUAL_STACK', false) && service.addresses.length > 1;
  for (const item of objects(slice.object['endpoints'])) {
    const health = endpointHealth(item['conditions'], service, environment);
    for (const address of Array.isArray(item['addresses']) ? item['addresses'].map(String) : []) {
      const target = podReference(item['targetRef']);
      const pod = target
        ? context.pods.get(target.namespace, target.name)
        : withoutLatecomers(slice, context.pods.byIp(address, slice.metadata.namespace), context);
      // An endpoint whose pod is gone is about to go too; istiod waits for the pod.
      if (target && !pod) continue;
      const ips = pod ? podIps(pod) : [];
      const allIps = dualStack && target && ips.length > 1;
      // The IPv4 slice already brings all addresses of a dual-stack pod.
      if (allIps && slice.object['addressType'] === 'IPv6') continue;
      const facts = podFacts(pod, ips[0] ?? '', context);
      const network = facts.labels['topology.istio.io/network'] ?? context.networkOf(address, facts.labels);
      for (const port of objects(slice.object['ports'])) {
        yield {
          ...facts,
          address: allIps ? (ips[0] as string) : address,
          ...(allIps ? { additionalAddresses: ips.slice(1) } : {}),
          port: typeof port['port'] === 'number' ? port['port'] : 0,
          servicePortName: typeof port['name'] === 'string' ? port['name'] : '',
          network,
          clusterId: context.clusterId,
          weight: 0,
          health,
          source: slice,
        };
      }
    }
  }
}

/** Health of an endpoint by its conditions (endpointHealthStatus). A missing condition counts as true. */
export function endpointHealth(
  conditions: unknown,
  service: Pick<Service, 'labels'>,
  environment: IstiodEnvironment,
): EndpointHealth {
  const isNot = (name: string): boolean => isObject(conditions) && conditions[name] === false;
  if (!isNot('ready')) return 'HEALTHY';
  if (isNot('terminating')) return 'UNHEALTHY';
  return drains(service, environment) && !isNot('serving') ? 'DRAINING' : 'TERMINATING';
}

/** Whether the service keeps sessions to endpoints that are shutting down (Service.SupportsDrainingEndpoints). */
function drains(service: Pick<Service, 'labels'>, environment: IstiodEnvironment): boolean {
  const names = [
    environment.text('PILOT_PERSISTENT_SESSION_LABEL', 'istio.io/persistent-session'),
    environment.text('PILOT_PERSISTENT_SESSION_HEADER_LABEL', 'istio.io/persistent-session-header'),
  ];
  return names.some((name) => name !== '' && Boolean(service.labels[name]));
}

/**
 * The pod of an address in a slice that names no pods. istiod looks once, when the slice comes, and is not told of a pod
 * that becomes ready later; a new istiod sees both from the start.
 */
function withoutLatecomers(slice: Resource, pod: Resource | undefined, context: EndpointContext): Resource | undefined {
  const created = slice.metadata.creationTimestamp;
  const ready = pod && readySince(pod);
  if (!pod || !created || !ready || (slice.metadata.generation ?? 1) > 1 || ready <= created) return pod;
  return context.istiodStart !== undefined && context.istiodStart > ready ? pod : undefined;
}

function podReference(reference: unknown): { namespace: string; name: string } | undefined {
  if (!isObject(reference) || reference['kind'] !== 'Pod') return undefined;
  return { namespace: String(reference['namespace'] ?? ''), name: String(reference['name'] ?? '') };
}
