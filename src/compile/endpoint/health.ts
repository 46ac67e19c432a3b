import { behaviour } from '../../model/istio-version.ts';
import type { Registry, Service } from '../../registry/types.ts';

/**
 * Whether a service's unready endpoints are sent whatever a rule says: routing by `trafficDistribution` needs them to
 * know when to spill over (istiod's `ForcesSupportUnhealthyEndpoints`; 1.29: `SupportsUnhealthyEndpoints`).
 */
export function forcesUnhealthyEndpoints(registry: Registry, service: Service): boolean {
  return service.trafficDistribution !== '' || registry.environment.flag('PILOT_SEND_UNHEALTHY_ENDPOINTS', false);
}

/** Whether a service's unready endpoints are sent, if no rule objects (istiod's `SupportsUnhealthyEndpoints`). */
export function sendsUnhealthyEndpoints(registry: Registry, service: Service): boolean {
  if (forcesUnhealthyEndpoints(registry, service)) return true;
  return (
    behaviour(registry).sendsUnhealthyEndpoints &&
    registry.environment.flag('PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS', true)
  );
}
