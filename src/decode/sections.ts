import type { Cluster, ClusterLoadAssignment, Listener, Message, RouteConfiguration } from '../model/envoy.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { LiveProxy } from './types.ts';

/**
 * What to do with each element of each repeated field of each section of a dump (admin v3 `config_dump_shared.proto`).
 * Sections and fields without an entry are not of the four resource types (secrets, scoped routes, ECDS).
 */
export type ElementReader = (element: JsonObject, into: LiveProxy) => void;

export const elementReaders: Record<string, Record<string, ElementReader>> = {
  ClustersConfigDump: {
    static_clusters: (element, into) => addStatic(into, 'cluster', element['cluster']),
    dynamic_active_clusters: (element, into) => {
      reject(into, 'cluster', element);
      const cluster = message<Cluster>(element['cluster']);
      if (!cluster) return;
      into.config.clusters.push(cluster);
      updated(into, 'cluster', cluster.name, element);
    },
    dynamic_warming_clusters: (element, into) => {
      reject(into, 'cluster', element);
      const cluster = message<Cluster>(element['cluster']);
      if (!cluster) return;
      into.warming.push(cluster.name);
      const active = into.config.clusters.some(({ name }) => name === cluster.name);
      if (active) into.aside.push({ type: 'cluster', name: cluster.name, why: 'warming', resource: cluster });
      else into.config.clusters.push(cluster);
    },
  },
  EndpointsConfigDump: {
    static_endpoint_configs: (element, into) => addStatic(into, 'endpoint', element['endpoint_config']),
    dynamic_endpoint_configs: (element, into) => {
      reject(into, 'endpoint', element);
      const assignment = message<ClusterLoadAssignment>(element['endpoint_config']);
      if (assignment) into.config.endpoints.push(assignment);
    },
  },
  ListenersConfigDump: {
    static_listeners: (element, into) => addStatic(into, 'listener', element['listener']),
    dynamic_listeners: (element, into) => {
      reject(into, 'listener', element);
      const name = String(element['name'] ?? '');
      const active = state(element['active_state']);
      if (active) {
        into.config.listeners.push(active);
        updated(into, 'listener', active.name, element['active_state'] as JsonObject);
      }
      const draining = state(element['draining_state']);
      if (draining) into.aside.push({ type: 'listener', name, why: 'draining', resource: draining });
      const warming = state(element['warming_state']);
      if (warming) into.warming.push(warming.name);
      if (warming && active) into.aside.push({ type: 'listener', name, why: 'warming', resource: warming });
      // Accepted, and the only version there is: it waits for a secret or for routes, and holds what istiod sent.
      else if (warming) {
        into.config.listeners.push(warming);
        into.waitingListeners.push(warming.name);
      }
    },
  },
  RoutesConfigDump: {
    static_route_configs: (element, into) => addStatic(into, 'route', element['route_config']),
    dynamic_route_configs: (element, into) => {
      reject(into, 'route', element);
      const route = message<RouteConfiguration>(element['route_config']);
      if (!route) return;
      into.config.routes.push(route);
      updated(into, 'route', route.name, element);
      if (typeof element['version_info'] === 'string') into.versions.route = element['version_info'];
    },
  },
  SecretsConfigDump: {
    // Nothing of a secret is kept but its name.
    dynamic_active_secrets: (element, into) => {
      if (typeof element['name'] === 'string') into.heldSecrets.push(element['name']);
    },
    dynamic_warming_secrets: (element, into) => {
      if (typeof element['name'] === 'string') into.waitingSecrets.push(element['name']);
    },
  },
};

/** The resource types whose sections carry one `version_info` for all of them. */
export const sectionTypes = { ClustersConfigDump: 'cluster', ListenersConfigDump: 'listener' } as const;

function state(value: unknown): Listener | undefined {
  return isObject(value) ? message<Listener>(value['listener']) : undefined;
}

const messages = new WeakMap<object, Message>();

/** The resource inside an `Any`, without its `@type`, which the section already gives; one for each value. */
function message<T extends Message>(value: unknown): T | undefined {
  if (!isObject(value)) return undefined;
  const known = messages.get(value);
  if (known) return known as T;
  const { '@type': _type, ...rest } = value;
  messages.set(value, rest);
  return rest as T;
}

function nameOf(resource: Message): string {
  return String(resource['name'] ?? resource['cluster_name'] ?? '');
}

function addStatic(into: LiveProxy, type: keyof LiveProxy['statics'], value: unknown): void {
  const resource = message(value);
  if (resource) into.statics[type].push(nameOf(resource));
}

function updated(into: LiveProxy, type: keyof LiveProxy['lastUpdated'], name: string, element: JsonObject): void {
  if (typeof element['last_updated'] === 'string') into.lastUpdated[type].set(name, element['last_updated']);
}

function reject(into: LiveProxy, type: keyof LiveProxy['statics'], element: JsonObject): void {
  const error = element['error_state'];
  if (!isObject(error)) return;
  const failed = message(error['failed_configuration']);
  into.rejected.push({
    type,
    name: String(element['name'] ?? (failed ? nameOf(failed) : '')),
    details: String(error['details'] ?? ''),
    lastUpdateAttempt: typeof error['last_update_attempt'] === 'string' ? error['last_update_attempt'] : undefined,
    failedConfiguration: failed as JsonObject | undefined,
  });
}
