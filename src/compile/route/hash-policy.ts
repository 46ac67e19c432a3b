import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Service, ServicePort, SidecarScope } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { numberAt, objectAt, objectsAt, textAt } from './config-value.ts';

function consistentHash(policy: JsonObject | undefined): JsonObject | undefined {
  return objectAt(objectAt(policy, 'loadBalancer'), 'consistentHash');
}

function portPolicy(policy: JsonObject | undefined, port: number): JsonObject | undefined {
  return objectsAt(policy, 'portLevelSettings').find(
    (settings) => (numberAt(objectAt(settings, 'port'), 'number') ?? 0) === port,
  );
}

/**
 * The `consistentHash` that a DestinationRule sets for a service's port where no VirtualService routes to it (istiod's
 * `hashForService`).
 */
export function hashForService(scope: SidecarScope, service: Service, port: ServicePort): JsonObject | undefined {
  const policy = objectAt(scope.destinationRule(service)?.spec, 'trafficPolicy');
  return consistentHash(portPolicy(policy, port.port)) ?? consistentHash(policy);
}

/**
 * The `consistentHash` that holds for a route's destination (istiod's `HashForHTTPDestination`). The subset's port comes
 * first, then the subset, the rule's port, the rule; ports count only where the destination names one.
 */
export function hashForDestination(scope: SidecarScope, destination: JsonObject | undefined): JsonObject | undefined {
  const service = scope.serviceByHostname.get(textAt(destination, 'host'));
  const rule = service && scope.destinationRule(service)?.spec;
  if (!rule) return undefined;
  const port = objectAt(destination, 'port');
  const policy = objectAt(rule, 'trafficPolicy');
  const subset = objectsAt(rule, 'subsets').find((item) => textAt(item, 'name') === textAt(destination, 'subset'));
  const subsetPolicy = objectAt(subset, 'trafficPolicy');
  const ofPort = (from: JsonObject | undefined): JsonObject | undefined =>
    port && consistentHash(portPolicy(from, numberAt(port, 'number') ?? 0));
  return ofPort(subsetPolicy) ?? consistentHash(subsetPolicy) ?? ofPort(policy) ?? consistentHash(policy);
}

/** Envoy's hash policy for `consistentHash`; undefined where it names no key (istiod's `ConsistentHashToHashPolicy`). */
export function hashPolicy(hash: JsonObject | undefined): Message | undefined {
  if (!hash) return undefined;
  const from = (key: string, message: Message): Message => derive(message, [hash, key]);
  if (typeof hash['httpHeaderName'] === 'string')
    return from('httpHeaderName', { header: { header_name: hash['httpHeaderName'] } });
  const cookie = objectAt(hash, 'httpCookie');
  if (cookie) return derive({ cookie: cookiePolicy(cookie) }, cookie);
  if (typeof hash['useSourceIp'] === 'boolean')
    return from('useSourceIp', { connection_properties: { source_ip: hash['useSourceIp'] } });
  if (typeof hash['httpQueryParameterName'] === 'string')
    return from('httpQueryParameterName', { query_parameter: { name: hash['httpQueryParameterName'] } });
  return undefined;
}

function cookiePolicy(cookie: JsonObject): Message {
  const out: Message = derive({ name: textAt(cookie, 'name') }, cookie);
  deriveField(out, 'name', [cookie, 'name']);
  if (cookie['ttl'] !== undefined && cookie['ttl'] !== null) {
    out['ttl'] = envoyDuration(cookie['ttl']);
    deriveField(out, 'ttl', [cookie, 'ttl']);
  }
  if (textAt(cookie, 'path') !== '') {
    out['path'] = textAt(cookie, 'path');
    deriveField(out, 'path', [cookie, 'path']);
  }
  const attributes = objectsAt(cookie, 'attributes');
  if (attributes.length > 0)
    out['attributes'] = attributes.map((item) =>
      derive({ name: textAt(item, 'name'), value: textAt(item, 'value') }, item),
    );
  return out;
}
