import type { Behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import type { ResourceIndex } from '../resources.ts';
import type { IstiodEnvironment } from '../types.ts';
import { backendTlsRules } from './backend-tls-policy.ts';
import { byGatewayApiPrecedence, type GatewayApiContext, gatewayGroup } from './context.ts';
import { convertGateways } from './gateway.ts';
import { sortHttpRoutes } from './http-order.ts';
import type { ParentsByOwner } from './parent.ts';
import { ReferenceGrants } from './reference-grant.ts';
import {
  type BaseVirtualService,
  httpVirtualServices,
  layer4VirtualServices,
  parentName,
  virtualService,
} from './route.ts';

/** What a conversion of the Gateway API went by, for who asks why something of it is not served. */
export interface GatewayApi {
  context: GatewayApiContext;
  /** The listeners that routes may attach to. */
  parents: ParentsByOwner;
}

/**
 * Converts the Gateway API to Istio's own kinds as istiod does (pilot/pkg/config/kube/gateway): a Gateway for each
 * listener, VirtualServices for routes, DestinationRules for BackendTLSPolicies.
 *
 * @returns undefined where istiod does not read it
 */
export function convertGatewayApi(
  resources: ResourceIndex,
  environment: IstiodEnvironment,
  domainSuffix: string,
  behaviour: Behaviour,
): { converted: Resource[]; api: GatewayApi } | undefined {
  if (!environment.flag('PILOT_ENABLE_GATEWAY_API', true)) return undefined;
  const context: GatewayApiContext = {
    resources,
    environment,
    domainSuffix,
    behaviour,
    grants: new ReferenceGrants(resources.list(`${gatewayGroup}/ReferenceGrant`)),
    alpha: environment.flag('PILOT_ENABLE_ALPHA_GATEWAY_API', false),
  };
  const { gateways, parents } = convertGateways(context);
  const list = (kind: string): readonly Resource[] => resources.list(`${gatewayGroup}/${kind}`);
  const base = (kind: string): BaseVirtualService[] =>
    list(kind).flatMap((route) => httpVirtualServices(route, parents, context));
  const layer4 = behaviour.layer4Routes || context.alpha ? [...list('TCPRoute'), ...list('TLSRoute')] : [];
  const [http, grpc] = [base('HTTPRoute'), base('GRPCRoute')];
  const converted = [
    ...gateways,
    ...(behaviour.mergeHttpAndGrpc ? merge([...http, ...grpc]) : firstOfEach([...merge(http), ...merge(grpc)])),
    ...layer4.flatMap((route) => layer4VirtualServices(route, parents, context)),
    ...backendTlsRules(context),
  ];
  return { converted, api: { context, parents } };
}

/** Of VirtualServices of one name the first counts: an HTTPRoute's hides a GRPCRoute's of the same host (krt's JoinCollection). */
function firstOfEach(list: readonly Resource[]): Resource[] {
  const byKey = new Map<string, Resource>();
  for (const item of list) if (!byKey.has(resourceKey(item))) byKey.set(resourceKey(item), item);
  return [...byKey.values()];
}

/** Merges the routes of one key into one VirtualService, as the Gateway API's precedence wants (mergeHTTPRoutes). */
function merge(list: readonly BaseVirtualService[]): Resource[] {
  const groups = Map.groupBy(list, ({ key }) => key);
  return [...groups].map(([key, items]) => {
    const sorted = [...items].sort((a, b) => byGatewayApiPrecedence(a.route, b.route));
    const [first] = sorted as [BaseVirtualService];
    const { hosts, gateways } = first;
    const http = sorted.length === 1 ? first.http : sortHttpRoutes(sorted.flatMap((item) => item.http));
    const spec: JsonObject = { hosts, gateways, http };
    const parents = sorted.map((item) => parentName(item.route)).join(',');
    return virtualService(key.replaceAll('/', '~'), spec, first.route, parents);
  });
}
