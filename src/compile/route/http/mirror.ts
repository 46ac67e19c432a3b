import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { numberAt, objectAt, objectsAt } from '../config-value.ts';
import { destinationOrigins } from '../destination.ts';
import type { RouteContext } from './context.ts';
import { fractionOf, wholePercent } from './percent.ts';

/**
 * Envoy's mirror policies for `mirror` (with `mirrorPercentage`, or the older `mirrorPercent`) and `mirrors`. A share
 * of zero, said explicitly, mirrors nothing; none said mirrors all (istiod's `MirrorPercent`).
 */
export function mirrorPolicies(http: JsonObject, context: RouteContext): Message[] {
  const policies: Message[] = [];
  const mirror = objectAt(http, 'mirror');
  if (mirror) {
    const key = objectAt(http, 'mirrorPercentage') ? 'mirrorPercentage' : 'mirrorPercent';
    const policy = mirrorPolicy(mirror, http, key, context);
    if (policy) policies.push(derive(policy, mirror));
  }
  for (const item of objectsAt(http, 'mirrors')) {
    const destination = objectAt(item, 'destination');
    const policy = destination && mirrorPolicy(destination, item, 'percentage', context);
    if (policy) policies.push(derive(policy, item));
  }
  return policies;
}

function mirrorPolicy(
  destination: JsonObject,
  owner: JsonObject,
  key: string,
  context: RouteContext,
): Message | undefined {
  const percent = objectAt(owner, key);
  const whole = numberAt(owner, key);
  const share = percent ? (numberAt(percent, 'value') ?? 0) : (whole ?? 100);
  if (share <= 0) return undefined;
  const policy: Message = {
    cluster: context.cluster(destination),
    runtime_fraction: { default_value: percent ? fractionOf(percent) : wholePercent(share) },
    trace_sampled: false,
  };
  if (context.registry.environment.flag('DISABLE_SHADOW_HOST_SUFFIX', true))
    policy['disable_shadow_host_suffix_append'] = true;
  deriveField(policy, 'cluster', ...destinationOrigins(destination));
  deriveField(policy, 'runtime_fraction', percent ? [percent, 'value'] : whole === undefined ? owner : [owner, key]);
  return policy;
}
