import { OneOf } from '../../model/one-of.ts';
import { Unknown } from '../../model/unknown.ts';
import { comesFrom, unseenPolicies } from '../security/unseen-policies.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { mayHoldOldHeadless } from './headless-tls.ts';
import type { OutboundOptions } from './outbound-policy.ts';
import type { TrafficPolicy } from './traffic-policy.ts';
import { applyTls } from './transport-socket.ts';

/**
 * Leaves open what auto-mTLS gives to a cluster where the proxy may rightly hold an older state, because istiod did not
 * tell it of the change that matters. A rule's own `tls` is never in doubt.
 */
export function markUncertainTls(
  context: ClusterContext,
  draft: ClusterDraft,
  policy: TrafficPolicy | undefined,
  { service, tls }: OutboundOptions,
): void {
  if (!tls || policy?.tls || service.meshExternal || context.mesh['enableAutoMtls'] === false) return;
  const { cluster } = draft;
  const { serverMode } = tls;
  const field = cluster['type'] === 'ORIGINAL_DST' ? 'transport_socket' : 'transport_socket_matches';
  const now = cluster[field];
  if (serverMode?.mode === 'DISABLE' && comesFrom(serverMode.source, unseenPolicies(context.proxy, context.registry))) {
    const before: ClusterDraft = { ...draft, cluster: { name: cluster.name, type: cluster['type'] } };
    const inputs = { ...tls, meshExternal: false, serviceEntryNames: [], serverMode: { mode: 'PERMISSIVE' as const } };
    applyTls(context, before, undefined, inputs);
    cluster[field] = new OneOf(now, before.cluster[field]);
  } else if (mayHoldOldHeadless(context, service))
    cluster[field] = now === undefined ? new Unknown(oldHeadlessReason) : new OneOf(now, undefined);
}

const oldHeadlessReason =
  'auto-mTLS to a headless service: this version of istiod sends no clusters when its endpoints change';
