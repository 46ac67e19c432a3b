import type { Message, RouteConfiguration } from '../../model/envoy.ts';
import { behaviour } from '../../model/istio-version.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import { derive } from '../../model/provenance.ts';
import type { Protocol, Registry } from '../../registry/types.ts';
import { traceOperation } from './names.ts';
import { inboundRetryPolicy } from './retry.ts';

/** What the inline route configuration of an inbound HTTP filter chain is made from (istiod's `inboundChainConfig`). */
export interface InboundRouteTarget {
  /** `inbound|8080||`, or `InboundPassthroughCluster`. */
  clusterName: string;
  /** Host name of the service that the chain stands for, `name.namespace` of a Sidecar's ingress, '' for passthrough. */
  hostname: string;
  /** The chain's port as istiod's `cc.port.Port`: of a service the service's port, of a Sidecar ingress its port, 0 for passthrough. */
  port: number;
  /** The port's protocol: a gRPC port gets no retries. */
  protocol: Protocol;
}

/**
 * The `route_config` of an inbound HTTP filter chain: one virtual host for `*` with one route to the local application
 * (istiod's `buildSidecarInboundHTTPRouteConfig` and `BuildDefaultHTTPInboundRoute`).
 *
 * @param sources what the chain comes from: the service's port, the Sidecar's ingress listener
 */
export function inboundRouteConfiguration(
  registry: Registry,
  target: InboundRouteTarget,
  ...sources: Source[]
): RouteConfiguration {
  const action: Message = {
    cluster: target.clusterName,
    timeout: '0s',
    max_stream_duration: { max_stream_duration: '0s', grpc_timeout_header_max: '0s' },
  };
  if (target.protocol !== 'GRPC' && target.protocol !== 'GRPC-Web') {
    const fromMesh = behaviour(registry).defaultInboundRetryPolicy
      ? registry.mesh['defaultInboundHttpRetryPolicy']
      : undefined;
    const policy = inboundRetryPolicy(isObject(fromMesh) ? (fromMesh as never) : undefined);
    if (policy) action['retry_policy'] = policy;
  }
  const configuration: RouteConfiguration = {
    name: target.clusterName,
    virtual_hosts: [
      {
        name: `inbound|http|${target.port}`,
        domains: ['*'],
        routes: [
          {
            name: 'default',
            match: { prefix: '/' },
            route: action,
            decorator: { operation: traceOperation(target.hostname, target.port) },
          },
        ],
      },
    ],
    validate_clusters: false,
  };
  return derive(configuration, ...sources);
}
