import { Unknown } from '../../model/unknown.ts';
import type { Service } from '../../registry/types.ts';
import type { EffectiveMtls } from '../security/peer-authentication.ts';
import { comesFrom, unseenPolicies, unseenReason } from '../security/unseen-policies.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { mayHoldOldHeadless } from './headless-tls.ts';

/**
 * Replaces what auto-mTLS gave to a cluster by an Unknown where the proxy may rightly hold an older state, because istiod
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
  const put = (reason: string): void => {
    cluster[field] = new Unknown(reason);
  };
  if (serverMode?.mode === 'DISABLE' && comesFrom(serverMode.source, unseenPolicies(context.proxy, context.registry)))
    put(unseenReason);
  else if (mayHoldOldHeadless(context, service))
    put('auto-mTLS to a headless service: this version of istiod sends no clusters when its endpoints change');
}
