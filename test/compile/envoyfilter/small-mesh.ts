import { EnvoyFilterPatches } from '../../../src/compile/envoyfilter/index.ts';
import type { Cluster, Message } from '../../../src/model/envoy.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import type { Registry } from '../../../src/registry/types.ts';
import { toResource } from '../../../src/source/object.ts';

export interface Options {
  metadata?: JsonObject;
  spec?: JsonObject;
}

/** An EnvoyFilter of the namespace shop. */
export function filter(patches: JsonObject[], { metadata = {}, spec = {} }: Options = {}) {
  return toResource(
    {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: { name: 'f', namespace: 'shop', ...metadata },
      spec: { configPatches: patches, ...spec },
    },
    'api',
  );
}

/** What the EnvoyFilters do on a sidecar of the workload cart in shop. */
export function patches(filters: ReturnType<typeof filter>[], proxy: Partial<Proxy> = {}) {
  const registry = {
    mesh: { rootNamespace: 'istio-system' },
    istioVersion: '1.29',
    environment: {
      raw: {},
      flag: (_name: string, fallback: boolean) => fallback,
      text: (_: string, fallback: string) => fallback,
    },
    resources: () => filters,
    serviceTargets: () => [{ service: { hostname: 'cart.shop.svc.cluster.local' }, targetPort: 8080, port: {} }],
  } as unknown as Registry;
  const own = {
    id: 'shop/cart',
    namespace: 'shop',
    type: 'sidecar',
    labels: { app: 'cart' },
    istioVersion: '1.29.0',
    metadata: { TIER: 'gold' },
    ...proxy,
  } as unknown as Proxy;
  return new EnvoyFilterPatches(own, registry);
}

export const cluster = (name: string, fields: Message = {}): Cluster => ({ name, connect_timeout: '10s', ...fields });
export const clusterPatch = (operation: string, value: JsonObject | undefined, match: JsonObject = {}): JsonObject => ({
  applyTo: 'CLUSTER',
  match: { context: 'SIDECAR_OUTBOUND', ...match },
  patch: { operation, ...(value ? { value } : {}) },
});
export const catalog = 'outbound|8080|v2|catalog.shop.svc.cluster.local';
