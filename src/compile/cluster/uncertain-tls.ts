import { OneOf } from '../../model/one-of.ts';
import { Unknown } from '../../model/unknown.ts';
import type { Service } from '../../registry/types.ts';
import type { EffectiveMtls } from '../security/peer-authentication.ts';
import { comesFrom, unseenPolicies, unseenReason } from '../security/unseen-policies.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { mayHoldOldHeadless } from './headless-tls.ts';

/**
 * Leaves open what auto-mTLS gives to a cluster where the proxy may rightly hold an older state, because istiod
 * did not tell it of the change that matters.
 */
export function markUncertainTls(
  context: ClusterContext,
  { cluster }: ClusterDraft,
  service: Service,
  serverMode: EffectiveMtls | undefined,
): void {
  if (service.meshExternal || context.mesh['enableAutoMtls'] === false) return;
  const field = cluster['type'] === 'ORIGINAL_DST' ? 'transport_socket' : 'transport_socket_matches';
  if (serverMode?.mode === 'DISABLE' && comesFrom(serverMode.source, unseenPolicies(context.proxy, context.registry)))
    cluster[field] = new Unknown(unseenReason);
  else if (mayHoldOldHeadless(context, service))
    cluster[field] =
      cluster[field] === undefined ? new Unknown(oldHeadlessReason) : new OneOf(cluster[field], undefined);
}

const oldHeadlessReason =
  'auto-mTLS to a headless service: this version of istiod sends no clusters when its endpoints change';
