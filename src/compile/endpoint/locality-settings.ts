import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Registry, Service } from '../../registry/types.ts';

/** Which settings decide among localities, and whether failover needs no outlier detection to be switched on. */
export interface LocalitySettings {
  kind: 'locality' | 'zone-aware';
  setting: JsonObject;
  force: boolean;
}

const network = 'topology.istio.io/network';
const region = 'topology.kubernetes.io/region';
const zone = 'topology.kubernetes.io/zone';
const subzone = 'topology.istio.io/subzone';
const node = 'kubernetes.io/hostname';

/** What `trafficDistribution` of a Service stands for. */
const distributions: ReadonlyMap<string, JsonObject> = new Map([
  ['PreferClose', { enabled: true, failoverPriority: [network, region, zone] }],
  ['PreferSameZone', { enabled: true, failoverPriority: [network, region, zone] }],
  ['PreferSameNode', { enabled: true, failoverPriority: [network, region, zone, subzone, node] }],
]);

/**
 * The settings in force for a service: those of the rule, else the Service's `trafficDistribution`, else the mesh's;
 * switched off where the first of them says so (istiod's `GetEffectiveLbSetting`; 1.29: `GetLocalityLbSetting`).
 *
 * @param loadBalancer the rule's `loadBalancer` for the port
 */
export function localitySettings(
  registry: Registry,
  loadBalancer: JsonObject | undefined,
  service: Service,
): LocalitySettings | undefined {
  const zoneAware = behaviour(registry).zoneAwareLb;
  const own = zoneAware ? loadBalancer?.['zoneAwareLbSetting'] : undefined;
  if (isObject(own)) return zoneAwareSettings(own as JsonObject);
  const rule = loadBalancer?.['localityLbSetting'];
  if (isObject(rule)) return rule['enabled'] === false ? undefined : locality(rule as JsonObject);
  const distribution = distributions.get(service.trafficDistribution);
  if (distribution) return { kind: 'locality', setting: distribution, force: true };
  const meshZoneAware = zoneAware ? registry.mesh['zoneAwareLbSetting'] : undefined;
  if (isObject(meshZoneAware)) return zoneAwareSettings(meshZoneAware as JsonObject);
  const mesh = registry.mesh['localityLbSetting'];
  if (!isObject(mesh) || mesh['enabled'] === false) return undefined;
  return locality(mesh as JsonObject);
}

function locality(setting: JsonObject): LocalitySettings {
  return { kind: 'locality', setting, force: false };
}

function zoneAwareSettings(setting: JsonObject): LocalitySettings {
  return { kind: 'zone-aware', setting, force: setting['enabled'] !== false };
}

/** A list of a setting; undefined where it is absent or empty, which Go's API cannot tell apart. */
export function listOf<T>(setting: JsonObject | undefined, key: string): T[] | undefined {
  const value = setting?.[key];
  return Array.isArray(value) && value.length > 0 ? (value as T[]) : undefined;
}
