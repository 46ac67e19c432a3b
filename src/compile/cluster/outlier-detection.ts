import type { Cluster, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField } from '../../model/provenance.ts';
import type { Service } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { forcesUnhealthyEndpoints } from '../endpoint/health.ts';
import { type ClusterContext, positive } from './context.ts';
import { type ClusterDraft, protocolOptions } from './draft.ts';

/** Applies `outlierDetection` (istiod's `applyOutlierDetection`). Detection by success rate is always off. */
export function applyOutlierDetection(
  context: ClusterContext,
  draft: ClusterDraft,
  service: Service,
  outlier: JsonObject,
): void {
  const { cluster } = draft;
  const message: Message = derive({ enforcing_success_rate: 0 }, outlier);
  const set = (field: string, value: unknown, key: string): void => {
    if (value === undefined) return;
    message[field] = value;
    deriveField(message, field, [outlier, key]);
  };
  const errors = (field: string, key: string): void => {
    const value = outlier[key];
    if (value === undefined || value === null) return;
    set(field, Number(value), key);
    set(`enforcing_${field}`, Number(value) > 0 ? 100 : 0, key);
  };
  errors('consecutive_5xx', 'consecutive5xxErrors');
  errors('consecutive_gateway_failure', 'consecutiveGatewayErrors');
  set('interval', envoyDuration(outlier['interval']), 'interval');
  set('base_ejection_time', envoyDuration(outlier['baseEjectionTime']), 'baseEjectionTime');
  set('max_ejection_percent', positive(outlier['maxEjectionPercent']), 'maxEjectionPercent');
  if (outlier['splitExternalLocalOriginErrors'] === true) {
    set('split_external_local_origin_errors', true, 'splitExternalLocalOriginErrors');
    const failures = positive(outlier['consecutiveLocalOriginFailures']);
    set('consecutive_local_origin_failure', failures, 'consecutiveLocalOriginFailures');
    set('enforcing_consecutive_local_origin_failure', failures && 100, 'consecutiveLocalOriginFailures');
    set('enforcing_local_origin_success_rate', 0, 'splitExternalLocalOriginErrors');
  }
  cluster['outlier_detection'] = message;
  applyPanicThreshold(context, cluster, service, outlier);
  if (context.behaviour.outlierErrorCodes) applyErrorCodes(draft, outlier);
}

/**
 * Istio disables Envoy's panic mode (50 % by default), which hardly fits services of a few pods, unless
 * `minHealthPercent` says otherwise and no unhealthy endpoints are sent.
 */
function applyPanicThreshold(context: ClusterContext, cluster: Cluster, service: Service, outlier: JsonObject): void {
  const declared = Number(outlier['minHealthPercent'] ?? 0);
  if (declared < 0) return;
  const common = cluster['common_lb_config'] as Message;
  common['healthy_panic_threshold'] = { value: forcesUnhealthyEndpoints(context.registry, service) ? 0 : declared };
  deriveField(common, 'healthy_panic_threshold', [outlier, 'minHealthPercent']);
}

/** Only the listed statuses count as errors (`outlierDetectionHttpErrorCodes`). */
function applyErrorCodes(draft: ClusterDraft, outlier: JsonObject): void {
  const codes = outlier['outlierDetectionHttpErrorCodes'];
  if (!Array.isArray(codes) || codes.length === 0) return;
  const rules = codes.map((code) => ({
    http_response_headers_match: { headers: [{ name: ':status', string_match: { exact: String(code) } }] },
  }));
  const options = protocolOptions(draft);
  options['outlier_detection'] = { error_matcher: rules.length === 1 ? rules[0] : { or_match: { rules } } };
  deriveField(options, 'outlier_detection', [outlier, 'outlierDetectionHttpErrorCodes']);
}
