import type { Route } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { Unknown } from '../../../model/unknown.ts';
import type { Registry, VirtualService } from '../../../registry/types.ts';
import { idOf } from '../../identity.ts';
import { objectAt, objectsAt, textAt } from '../config-value.ts';
import { hashForDestination } from '../hash-policy.ts';
import type { RouteContext } from '../http/context.ts';
import { httpRoutes } from '../http/routes.ts';

const stores = new WeakMap<Registry, Map<string, Route[]>>();

/** Keeps routes for all scopes of a registry: most namespaces see a service and its VirtualService alike. */
export function sharedRoutes(registry: Registry, key: string, compute: () => Route[]): Route[] {
  let store = stores.get(registry);
  if (!store) {
    store = new Map();
    stores.set(registry, store);
  }
  let routes = store.get(key);
  if (!routes) {
    routes = compute();
    store.set(key, routes);
  }
  return routes;
}

/** `httpRoutes`, computed once for all that see the VirtualService's destinations alike. */
export function sharedHttpRoutes(virtualService: VirtualService, context: RouteContext): Route[] {
  return sharedRoutes(context.registry, keyOf(virtualService, context), () => httpRoutes(virtualService, context));
}

/** All that routes take from their surroundings beside the VirtualService itself. */
function keyOf(virtualService: VirtualService, context: RouteContext): string {
  const { labels, namespace } = context.proxy;
  const headers = context.xForwardedHost instanceof Unknown ? 'unknown' : context.xForwardedHost;
  const parts: unknown[] = [idOf(virtualService), context.listenerPort, headers, idOf(context.headersSource)];
  for (const http of objectsAt(virtualService.spec, 'http')) {
    for (const match of objectsAt(http, 'match')) {
      if (textAt(match, 'sourceNamespace') !== '') parts.push(namespace);
      for (const label of Object.keys(objectAt(match, 'sourceLabels') ?? {})) parts.push(JSON.stringify(labels[label]));
    }
    for (const item of objectsAt(http, 'route')) parts.push(destinationKey(objectAt(item, 'destination'), context));
    for (const item of [http, ...objectsAt(http, 'mirrors')])
      parts.push(context.cluster(objectAt(item, item === http ? 'mirror' : 'destination')));
  }
  return parts.join('|');
}

function destinationKey(destination: JsonObject | undefined, context: RouteContext): string {
  const service = context.service(textAt(destination, 'host'));
  return `${context.cluster(destination)} ${idOf(service)} ${idOf(hashForDestination(context.scope, destination))}`;
}
