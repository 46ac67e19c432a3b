import type { Difference } from '../../compare/types.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Path } from '../../model/json.ts';
import { valueAt } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import type { SyncType } from './sync.ts';

/** The Envoy resource of a config by type and name. */
export function resourceOf(config: ProxyConfig, type: SyncType, name: string): object | undefined {
  if (type === 'extension') return undefined;
  if (type === 'cluster') return config.clusters.find((it) => it.name === name);
  if (type === 'endpoint') return config.endpoints.find((it) => it.cluster_name === name);
  if (type === 'listener') return config.listeners.find((it) => it.name === name);
  return config.routes.find((it) => it.name === name);
}

/**
 * The config that decides the place where a difference lies, the deciding one first. Objects of Istio go before
 * Services and mesh-wide settings, which stand behind every resource.
 */
export function originsOf(expected: ProxyConfig, difference: Difference): Origin[] {
  const resource = resourceOf(expected, difference.type, difference.name);
  if (!resource) return [];
  const whole = difference.expectedPath.length === 0;
  const origins = originsAt(resource, difference.expectedPath);
  // A resource that is missing as a whole is there for what names it.
  if (origins.length === 0 && whole) origins.push(...originsAt(resource, ['name']));
  return [...origins].sort((a, b) => Number(isIstio(b)) - Number(isIstio(a)));
}

/** Whether an origin is an object of Istio's or of the Gateway API, not a Service, a pod or the mesh's own settings. */
export function isIstio(origin: Origin): boolean {
  return /(\.istio\.io|gateway\.networking\.k8s\.io)$/.test(origin.resource.group);
}

/** What a field of the config says and what the live proxy makes of it, both in the terms of the config. */
export interface FieldValues {
  path: Path;
  expected: unknown;
  live: unknown;
}

const unlimited = 4294967295;

/** Puts an Envoy-level difference into the terms of the config field that it comes from. */
export function inConfigTerms(origin: Origin, difference: Difference): FieldValues {
  const expected = valueAt(origin.resource.object, origin.path);
  const values = { path: origin.path, expected: expected ?? null, live: plain(difference.live) };
  const key = origin.path.at(-1);
  if (key === 'subset' || key === 'host') {
    const part = key === 'subset' ? 2 : 3;
    const live = typeof difference.live === 'string' ? difference.live.split('|')[part] : undefined;
    return { ...values, live: live === undefined || live === '' ? null : live };
  }
  if (typeof expected === 'string' && typeof difference.live === 'number') {
    return { ...values, live: String(difference.live) };
  }
  return values;
}

function plain(value: unknown): unknown {
  return value === undefined || value === unlimited ? null : value;
}
