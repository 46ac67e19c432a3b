import type { Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import type { Accepted } from '../accept.ts';
import { indexOf } from '../cluster.ts';
import type { Hop, Sender, World } from '../hop.ts';
import { type Outcome, open } from '../outcome.ts';
import type { HttpRequest } from '../request.ts';
import { judgeRules, type Subject } from '../security/rbac.ts';
import { merged, throughCluster } from '../upstream.ts';

/** Passes a connection through network filters to the TCP proxy at their end. */
export function walkTcp(
  hop: Hop,
  accepted: Accepted,
  subject: Subject,
  request: HttpRequest,
  sender: Sender,
  world: World,
): Outcome {
  for (const filter of objects(accepted.chain.filters) as Message[]) {
    const config: Message = filter['typed_config'] ?? {};
    const type = String(config['@type'] ?? '')
      .split('.')
      .at(-1);
    if (type === 'RBAC') {
      const denied = judgeNetworkRbac(hop, filter, config, subject);
      if (denied) return denied;
    } else if (type === 'ExtAuthz') return open('an external authorizer decides');
    else if (type === 'TcpProxy') return proxied(hop, accepted, config, request, sender, world);
  }
  return { kind: 'closed', flag: '-', details: 'no TCP proxy in the filter chain' };
}

function judgeNetworkRbac(hop: Hop, filter: Message, config: Message, subject: Subject): Outcome | undefined {
  if (!config['rules']) return undefined;
  const result = judgeRules(config['rules'], subject);
  if (result.unpredictable) return open(result.unpredictable.reason);
  if (!result.denied) return undefined;
  const policy = result.policy ?? Object.keys(config['rules']['policies'] ?? {}).sort()[0];
  hop.filters.push({
    filter: String(filter['name']),
    verdict: 'denied',
    words: result.policy ? `denied by ${result.policy}` : 'denied: no ALLOW policy allows the connection',
    policy,
  });
  return {
    kind: 'closed',
    flag: '-',
    details: `rbac_access_denied_matched_policy[${result.policy ?? 'none'}]`,
    by: hop.proxy,
  };
}

function proxied(
  hop: Hop,
  accepted: Accepted,
  config: Message,
  request: HttpRequest,
  sender: Sender,
  world: World,
): Outcome {
  if (config['tunneling_config'])
    return open('the bytes go through a CONNECT tunnel, and the server at its end decides');
  const weighted = objects(config['weighted_clusters']?.['clusters']) as Message[];
  const total = weighted.reduce((sum, it) => sum + Number(it['weight'] ?? 0), 0);
  const shares =
    weighted.length > 0
      ? weighted
          .map((it) => ({ cluster: String(it['name']), share: Number(it['weight'] ?? 0) / total }))
          .filter((it) => it.share > 0)
      : [{ cluster: String(config['cluster'] ?? ''), share: 1 }];
  hop.clusters.push(...shares.map(({ cluster, share }) => ({ cluster, weight: share })));
  const payload = { request, tls: accepted.tls, http: accepted.tls ? undefined : ('http/1.1' as const) };
  hop.branches = shares.flatMap(({ cluster: name, share }) => {
    const cluster = indexOf(sender.config).clusters.get(name);
    if (!cluster)
      return [
        {
          cluster: name,
          share,
          outcome: { kind: 'closed', flag: 'NC', details: 'cluster_not_found' } satisfies Outcome,
        },
      ];
    return throughCluster(hop, sender, cluster, share, payload, world).map((branch) => ({
      ...branch,
      outcome: asBytes(branch.outcome, sender.name),
    }));
  });
  return merged(hop.branches);
}

/**
 * A TCP proxy has no words of its own: where the other side fails it closes the connection. What the other side logs is not
 * its own flag; a connection that cannot be made was the only attempt (`max_connect_attempts`).
 */
function asBytes(outcome: Outcome, proxy: string): Outcome {
  if (outcome.kind === 'open' && outcome.ends)
    return { ...outcome, ends: outcome.ends.map((it) => asBytes(it, proxy)) };
  if (outcome.flag === 'UH' && outcome.by === proxy)
    return { kind: 'closed', flag: 'UH', details: 'no_healthy_upstream' };
  if (outcome.kind === 'refused' || outcome.kind === 'tls-failed')
    return { ...outcome, kind: 'closed', flag: 'UF,URX' };
  return { ...outcome, flag: '-' };
}
