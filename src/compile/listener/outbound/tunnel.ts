import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject, objects } from '../../../model/json.ts';
import { derive, deriveField } from '../../../model/provenance.ts';
import { envoyDuration } from '../../duration.ts';
import { domainName } from '../../route/names.ts';

function at(container: unknown, ...keys: string[]): JsonObject | undefined {
  let value = container;
  for (const key of keys) value = isObject(value) ? value[key] : undefined;
  return isObject(value) ? (value as JsonObject) : undefined;
}

function subsetPolicy(rule: JsonObject | undefined, subset: string): JsonObject | undefined {
  return at(
    objects(rule?.['subsets']).find((item) => item['name'] === subset),
    'trafficPolicy',
  );
}

/**
 * `trafficPolicy.tunnel` of the subset, or of the rule where the route names none: connections go through an HTTP
 * CONNECT (or POST) tunnel (istiod's `tunnelingconfig.Apply`).
 */
export function applyTunnel(proxy: Message, rule: JsonObject | undefined, subset: string): void {
  const policy = subset === '' ? at(rule, 'trafficPolicy') : subsetPolicy(rule, subset);
  const tunnel = at(policy, 'tunnel');
  if (!tunnel) return;
  proxy['tunneling_config'] = derive(
    {
      hostname: domainName(String(tunnel['targetHost'] ?? ''), Number(tunnel['targetPort'] ?? 0)),
      ...(tunnel['protocol'] === 'POST' ? { use_post: true } : {}),
    },
    tunnel,
  );
}

/** Timeouts of `trafficPolicy.connectionPool.tcp` that hold downstream; else the proxy's own idle timeout. */
export function applyTimeouts(proxy: Message, rule: JsonObject | undefined, ownIdleTimeout: string): void {
  const tcp = at(rule, 'trafficPolicy', 'connectionPool', 'tcp');
  const idle = envoyDuration(tcp?.['idleTimeout']);
  const longest = envoyDuration(tcp?.['maxConnectionDuration']);
  const own = envoyDuration(ownIdleTimeout);
  if (idle ?? own) proxy['idle_timeout'] = idle ?? own;
  if (tcp && idle) deriveField(proxy, 'idle_timeout', [tcp, 'idleTimeout']);
  if (!tcp || !longest) return;
  proxy['max_downstream_connection_duration'] = longest;
  deriveField(proxy, 'max_downstream_connection_duration', [tcp, 'maxConnectionDuration']);
}

/** Hashes connections by source IP where the rule, or the subset over it, balances so (`maybeSetHashPolicy`). */
export function applyHashPolicy(proxy: Message, rule: JsonObject | undefined, subset: string): void {
  if (!rule) return;
  const ofRule = at(rule, 'trafficPolicy', 'loadBalancer', 'consistentHash');
  const balancer = at(subsetPolicy(rule, subset), 'loadBalancer');
  const hash = balancer ? at(balancer, 'consistentHash') : ofRule;
  if (hash?.['useSourceIp'] !== true) return;
  proxy['hash_policy'] = [derive({ source_ip: {} }, [hash, 'useSourceIp'])];
}
