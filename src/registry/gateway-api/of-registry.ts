import { behaviour } from '../../model/istio-version.ts';
import { ResourceIndex } from '../resources.ts';
import type { Registry } from '../types.ts';
import { type GatewayApiContext, gatewayGroup } from './context.ts';
import { convertGateways } from './gateway.ts';
import type { ParentsByOwner } from './parent.ts';
import { ReferenceGrants } from './reference-grant.ts';

/** What the conversion of a registry's Gateway API went by. */
export interface GatewayApi {
  context: GatewayApiContext;
  /** The listeners that routes may attach to. */
  parents: ParentsByOwner;
}

const known = new WeakMap<Registry, GatewayApi>();
const kinds = ['Gateway', 'GatewayClass', 'ListenerSet', 'ReferenceGrant'].map((kind) => `${gatewayGroup}/${kind}`);

/**
 * The same context and listeners as `convertGatewayApi` had, for who asks why something of the Gateway API is not served;
 * undefined where istiod does not read it.
 */
export function gatewayApiOf(registry: Registry): GatewayApi | undefined {
  if (!registry.environment.flag('PILOT_ENABLE_GATEWAY_API', true)) return undefined;
  const made = known.get(registry);
  if (made) return made;
  const resources = new ResourceIndex(
    [...kinds, 'Namespace', 'Service', 'ServiceEntry'].flatMap((kind) => registry.resources(kind)),
  );
  const context: GatewayApiContext = {
    resources,
    environment: registry.environment,
    domainSuffix: registry.domainSuffix,
    behaviour: behaviour(registry),
    grants: new ReferenceGrants(resources.list(`${gatewayGroup}/ReferenceGrant`)),
    alpha: registry.environment.flag('PILOT_ENABLE_ALPHA_GATEWAY_API', false),
  };
  const api = { context, parents: convertGateways(context).parents };
  known.set(registry, api);
  return api;
}
