import type { JsonObject } from '../../model/json.ts';
import type { Service, ServicePort } from '../../registry/types.ts';
import { type EffectiveMtls, namespaceMtlsMode } from '../security/peer-authentication.ts';
import { type ClusterContext, messageOf } from './context.ts';

/**
 * The mutual TLS mode that auto-mTLS supposes for a service as a whole (istiod's `BestEffortInferServiceMTLSMode`): its
 * namespace's, else the mesh's, else PERMISSIVE. Where the client keeps the original destination, one endpoint without
 * a sidecar, or no endpoint at all, turns it off. Undefined for services outside the mesh.
 *
 * @param policy the `trafficPolicy` of the rule, or of the subset, as written
 */
export function serverMtlsMode(
  context: ClusterContext,
  service: Service,
  port: ServicePort,
  policy: JsonObject | undefined,
): EffectiveMtls | undefined {
  if (service.meshExternal) return undefined;
  const loadBalancer = messageOf(policy?.['loadBalancer']);
  const passthrough = loadBalancer?.['simple'] === 'PASSTHROUGH';
  if (service.resolution === 'Passthrough' || passthrough) {
    const endpoints = context.registry.endpoints(service, port);
    if (endpoints.length === 0 || endpoints.some((endpoint) => endpoint.tlsMode === 'disabled'))
      return { mode: 'DISABLE', source: passthrough ? [loadBalancer, 'simple'] : undefined };
  }
  return namespaceMtlsMode(context.registry, service.namespace) ?? { mode: 'PERMISSIVE' };
}
