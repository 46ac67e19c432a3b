import { deriveField, type Source } from '../../model/provenance.ts';
import type { Service, ServicePort } from '../../registry/types.ts';
import type { EffectiveMtls } from '../security/peer-authentication.ts';
import { applyConnectionPool } from './connection-pool.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { applyLoadBalancer } from './load-balancer.ts';
import { applyOutlierDetection } from './outlier-detection.ts';
import type { TrafficPolicy } from './traffic-policy.ts';
import { applyProxyProtocol, applyTls } from './transport-socket.ts';
import { applyH2Upgrade } from './upstream-protocol.ts';

/** What an outbound cluster is for besides its policy; `tls` is absent for AUTO_PASSTHROUGH, which forwards TLS as it is. */
export interface OutboundOptions {
  service: Service;
  port: ServicePort;
  tls?: {
    sni: string;
    serviceAccounts: readonly string[];
    serverMode: EffectiveMtls | undefined;
    ruleHasSelector: boolean;
  };
}

/** Applies a traffic policy to an outbound cluster (istiod's `applyTrafficPolicy`). */
export function applyOutboundPolicy(
  context: ClusterContext,
  draft: ClusterDraft,
  policy: TrafficPolicy | undefined,
  { service, port, tls }: OutboundOptions,
): void {
  const absent: Source = policy?.portLevel;
  applyH2Upgrade(context, draft, port, policy?.connectionPool);
  applyConnectionPool(context, draft, policy?.connectionPool, policy?.retryBudget, absent);
  if (policy?.outlierDetection) applyOutlierDetection(context, draft, service, policy.outlierDetection);
  deriveField(draft.cluster, 'outlier_detection', policy?.outlierDetection ?? absent);
  applyLoadBalancer(context, draft, service, port, policy?.loadBalancer, absent);
  if (tls) {
    const inputs = {
      ...tls,
      meshExternal: service.meshExternal,
      serviceEntryNames: service.registry === 'External' ? tls.serviceAccounts : [],
    };
    applyTls(context, draft, policy?.tls, inputs, absent);
    applyProxyProtocol(draft, policy?.proxyProtocol);
  }
  if (draft.cluster['type'] === 'ORIGINAL_DST') draft.cluster['lb_policy'] = 'CLUSTER_PROVIDED';
}
