import type { Message } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { deriveField, inherit, type Source } from '../../model/provenance.ts';
import type { Locality, Proxy } from '../../model/proxy.ts';
import type { Registry } from '../../registry/types.ts';
import { applyFailoverLabels } from './failover-labels.ts';
import { localityMatches } from './locality.ts';
import type { LocalityGroup } from './locality-group.ts';
import { type LocalitySettings, listOf } from './locality-settings.ts';

/**
 * Weighs or orders localities as seen from a proxy (istiod's `ApplyToLoadAssignment`): `distribute` sets weights; else,
 * where hosts can be ejected at all (outlier detection, or forced), `failoverPriority` and `failover` set priorities.
 *
 * @param endpoints `LocalityLbEndpoints`; not changed
 * @param groups what the entries were made of, needed for failover by labels; undefined where that is not applied
 * @param outlierDetection whether outlier detection is on
 */
export function applyLocality(
  endpoints: readonly Message[],
  groups: readonly LocalityGroup[] | undefined,
  proxy: Proxy,
  registry: Registry,
  { kind, setting, force }: LocalitySettings,
  outlierDetection: boolean,
): Message[] {
  const byLabels = (priorities: string[]): Message[] =>
    groups
      ? applyFailoverLabels(groups, copies, proxy.labels, priorities, setting, behaviour(registry).ranksRemoteNetworks)
      : copies;
  const copies = endpoints.map((group) => inherit({ ...group }, group));
  const labels = listOf<string>(setting, 'failoverPriority');
  if (kind === 'zone-aware') {
    if (!force) return copies;
    const ordered = labels ? byLabels(labels) : copies;
    prioritize(ordered, 3, (locality) => regionPriority(proxy.locality, locality, setting), setting);
    return ordered;
  }
  const distribute = listOf<JsonObject>(setting, 'distribute');
  if (distribute) {
    applyWeights(copies, proxy.locality, distribute);
    return copies;
  }
  if (!outlierDetection && !force) return copies;
  if (!labels) {
    prioritize(copies, 5, (locality) => localityPriority(proxy.locality, locality, setting), setting);
    return copies;
  }
  const ordered = byLabels(labels);
  if (listOf(setting, 'failover'))
    prioritize(ordered, 5, (locality) => localityPriority(proxy.locality, locality, setting), setting);
  return ordered;
}

/** Ranks localities within the priority they may have, then closes the gaps: Envoy wants 0..N. */
function prioritize(
  endpoints: Message[],
  steps: number,
  rank: (locality: Message | undefined) => number,
  source: Source,
): void {
  const ranks = endpoints.map((group) => Number(group['priority'] ?? 0) * steps + rank(group['locality']));
  const order = [...new Set(ranks)].sort((a, b) => a - b);
  for (const [index, group] of endpoints.entries()) {
    const priority = order.indexOf(ranks[index] as number);
    if (priority === 0) delete group['priority'];
    else group['priority'] = priority;
    deriveField(group, 'priority', source);
  }
}

/** 0 for the same subzone, 1 zone, 2 region, 3 another region, 4 one that `failover` does not lead to. */
function localityPriority(own: Locality, other: Message | undefined, setting: JsonObject): number {
  if ((other?.['region'] ?? '') === own.region) {
    if ((other?.['zone'] ?? '') !== own.zone) return 2;
    return (other?.['sub_zone'] ?? '') === own.subzone ? 0 : 1;
  }
  const failover = listOf<JsonObject>(setting, 'failover')?.find((entry) => entry['from'] === own.region);
  return failover && failover['to'] !== other?.['region'] ? 4 : 3;
}

/** 0 for the same region, 1 where `failover` leads, 2 elsewhere. */
function regionPriority(own: Locality, other: Message | undefined, setting: JsonObject): number {
  const region = other?.['region'] ?? '';
  if (region === own.region) return 0;
  const failover = listOf<JsonObject>(setting, 'failover')?.find((entry) => entry['from'] === own.region);
  return failover?.['to'] === region ? 1 : 2;
}

/**
 * `distribute`: the first entry whose `from` covers the proxy divides the weight; localities that share one `to` share
 * its weight by what they weigh; localities that nothing leads to lose their endpoints.
 */
function applyWeights(endpoints: Message[], own: Locality, distribute: JsonObject[]): void {
  const entry = distribute.find((item) => localityMatches(own, String(item['from'] ?? '')));
  if (!entry) return;
  const to = (entry['to'] ?? {}) as Record<string, number>;
  const left = new Set(endpoints.keys());
  for (const [pattern, weight] of Object.entries(to)) {
    const matched = [...left].filter((index) => {
      const locality = (endpoints[index] as Message)['locality'] ?? {};
      const { region = '', zone = '', sub_zone: subzone = '' } = locality as Record<string, string>;
      return localityMatches({ region, zone, subzone }, pattern);
    });
    const weights = matched.map((index) => Number((endpoints[index] as Message)['load_balancing_weight'] ?? 1));
    const total = weights.reduce((sum, value) => sum + value, 0);
    for (const [at, index] of matched.entries()) {
      left.delete(index);
      const share = ((weights[at] as number) * weight) / total;
      if (!(share > 0)) continue;
      const group = endpoints[index] as Message;
      group['load_balancing_weight'] = Math.ceil(share);
      deriveField(group, 'load_balancing_weight', [to, pattern]);
    }
  }
  for (const index of left) {
    const group = endpoints[index] as Message;
    delete group['lb_endpoints'];
    deriveField(group, 'lb_endpoints', [entry, 'to']);
  }
}
