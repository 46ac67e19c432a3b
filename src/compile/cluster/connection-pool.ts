import { durationNanos } from '../../model/duration.ts';
import type { Cluster, Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { deriveField, type Source } from '../../model/provenance.ts';
import { envoyDuration } from '../duration.ts';
import { type ClusterContext, messageOf, positive } from './context.ts';
import { type ClusterDraft, protocolOptions, useDownstreamProtocol } from './draft.ts';

/** Istio lifts all of Envoy's limits: the defaults are too small for many retries and connections at once. */
const unlimited = 4294967295;

const limits = [
  ['max_connections', 'tcp', 'maxConnections'],
  ['max_pending_requests', 'http', 'http1MaxPendingRequests'],
  ['max_requests', 'http', 'http2MaxRequests'],
  ['max_retries', 'http', 'maxRetries'],
] as const;

/**
 * Applies `connectionPool` and `retryBudget`, and what holds without them: unlimited circuit breakers, the mesh's
 * connect timeout and keepalive (istiod's `applyConnectionPool`).
 *
 * @param absent what decided that there is no `connectionPool`, where something did
 */
export function applyConnectionPool(
  context: ClusterContext,
  draft: ClusterDraft,
  settings: JsonObject | undefined,
  retryBudget?: JsonObject,
  absent?: Source,
): void {
  const { cluster } = draft;
  const tcp = messageOf(settings?.['tcp']);
  const http = messageOf(settings?.['http']);

  const threshold: Message = {};
  for (const [field, part, key] of limits) {
    const block = part === 'tcp' ? tcp : http;
    const value = positive(block?.[key]);
    threshold[field] = value ?? unlimited;
    deriveField(threshold, field, ...(value && block ? [[block, key] as const] : [absent ?? settings]));
  }
  if (!context.registry.environment.flag('DISABLE_TRACK_REMAINING_CB_METRICS', true))
    threshold['track_remaining'] = true;
  if (retryBudget) {
    threshold['retry_budget'] = retryBudgetOf(context, retryBudget);
    deriveField(threshold, 'retry_budget', retryBudget);
  }
  cluster['circuit_breakers'] = { thresholds: [threshold] };

  cluster['connect_timeout'] = envoyDuration(context.mesh['connectTimeout']) ?? '10s';
  deriveField(cluster, 'connect_timeout', absent ?? [context.mesh, 'connectTimeout']);
  const connectTimeout = envoyDuration(tcp?.['connectTimeout']);
  if (connectTimeout && tcp) {
    cluster['connect_timeout'] = connectTimeout;
    deriveField(cluster, 'connect_timeout', [tcp, 'connectTimeout']);
  }
  applyKeepalive(cluster, messageOf(context.mesh['tcpKeepalive']));
  applyKeepalive(cluster, messageOf(tcp?.['tcpKeepalive']));
  applyHttpLimits(context, draft, tcp, http);
  if (http?.['useClientProtocol'] === true) useDownstreamProtocol(draft, [http, 'useClientProtocol']);
}

/** The defaults differ: 1.29 meant 20 % and wrote 0.2 %. */
function retryBudgetOf(context: ClusterContext, budget: JsonObject): Message {
  const message: Message = {
    budget_percent: { value: Number(budget['percent'] ?? context.behaviour.defaultRetryBudgetPercent) },
    min_retry_concurrency: positive(budget['minRetryConcurrency']) ?? 3,
  };
  const interval = envoyDuration(budget['budgetInterval']);
  if (interval && context.behaviour.retryBudgetInterval) message['budget_interval'] = interval;
  deriveField(message, 'budget_percent', [budget, 'percent']);
  deriveField(message, 'min_retry_concurrency', [budget, 'minRetryConcurrency']);
  return deriveField(message, 'budget_interval', [budget, 'budgetInterval']);
}

/** Lays one keepalive over what stands there already, attribute by attribute (istiod's `setKeepAliveSettings`). */
function applyKeepalive(cluster: Cluster, keepalive: JsonObject | undefined): void {
  if (!keepalive) return;
  cluster['upstream_connection_options'] ??= { tcp_keepalive: {} };
  const target = cluster['upstream_connection_options'].tcp_keepalive as Message;
  deriveField(cluster['upstream_connection_options'] as Message, 'tcp_keepalive', keepalive);
  const set = (field: string, key: string, value: number | undefined): void => {
    if (value === undefined) return;
    target[field] = value;
    deriveField(target, field, [keepalive, key]);
  };
  set('keepalive_probes', 'probes', positive(keepalive['probes']));
  set('keepalive_time', 'time', seconds(keepalive['time']));
  set('keepalive_interval', 'interval', seconds(keepalive['interval']));
}

/** Whole seconds of a duration; Envoy's keepalive knows no fractions. */
function seconds(value: unknown): number | undefined {
  const nanos = durationNanos(value);
  return nanos === undefined ? undefined : Number(nanos / 1_000_000_000n);
}

function applyHttpLimits(context: ClusterContext, draft: ClusterDraft, tcp?: JsonObject, http?: JsonObject): void {
  const idle = http && envoyDuration(http['idleTimeout']) ? http : tcp;
  const idleTimeout = envoyDuration(idle?.['idleTimeout']);
  const maxDuration = envoyDuration(tcp?.['maxConnectionDuration']);
  const maxRequests = positive(http?.['maxRequestsPerConnection']);
  const maxStreams = positive(http?.['maxConcurrentStreams']);
  const keepalive = context.behaviour.http2KeepAlive ? messageOf(http?.['http2KeepAlive']) : undefined;
  if (!idleTimeout && !maxDuration && !maxRequests && !maxStreams && !keepalive) return;

  const options = protocolOptions(draft);
  options['common_http_protocol_options'] ??= {};
  const common = options['common_http_protocol_options'] as Message;
  const set = (target: Message, field: string, value: unknown, source: JsonObject | undefined, key: string): void => {
    if (value === undefined || !source) return;
    target[field] = value;
    deriveField(target, field, [source, key]);
  };
  set(common, 'idle_timeout', idleTimeout, idle, 'idleTimeout');
  set(common, 'max_requests_per_connection', maxRequests, http, 'maxRequestsPerConnection');
  set(common, 'max_connection_duration', maxDuration, tcp, 'maxConnectionDuration');
  const http2 = options['explicit_http_config']?.http2_protocol_options as Message | undefined;
  if (!http2) return;
  set(http2, 'max_concurrent_streams', maxStreams, http, 'maxConcurrentStreams');
  if (!keepalive) return;
  const settings: Message = {};
  set(settings, 'interval', envoyDuration(keepalive['interval']), keepalive, 'interval');
  set(settings, 'timeout', envoyDuration(keepalive['timeout']), keepalive, 'timeout');
  set(http2, 'connection_keepalive', settings, http, 'http2KeepAlive');
}
