import type { Cluster, Message } from '../../model/envoy.ts';
import { deriveField, type Source } from '../../model/provenance.ts';
import type { LocalityGroup } from '../endpoint/locality-group.ts';

const protocolOptionsName = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** A cluster while it is built (istiod's `clusterWrapper`). */
export interface ClusterDraft {
  cluster: Cluster;
  /** `HttpProtocolOptions` of the upstream, if any were set. */
  protocolOptions?: Message;
  dynamicForwardProxy: boolean;
  /** Of a cluster with endpoints inside: what the groups of its load assignment were made of. */
  groups?: LocalityGroup[];
}

/** The draft's HTTP protocol options, made when they are first asked for. */
export function protocolOptions(draft: ClusterDraft): Message {
  draft.protocolOptions ??= { '@type': `type.googleapis.com/${protocolOptionsName}` };
  return draft.protocolOptions;
}

/** Whether the upstream is fixed to HTTP/2. */
export function isHttp2Cluster(draft: ClusterDraft): boolean {
  return draft.protocolOptions?.['explicit_http_config']?.http2_protocol_options !== undefined;
}

/** Fixes the upstream to HTTP/2, unless another protocol was chosen before (istiod's `setH2Options`). */
export function useHttp2(draft: ClusterDraft, ...sources: Source[]): void {
  const options = protocolOptions(draft);
  if (options['explicit_http_config'] || options['use_downstream_protocol_config']) return;
  options['explicit_http_config'] = { http2_protocol_options: {} };
  deriveField(options, 'explicit_http_config', ...sources);
}

/** Takes the client's protocol for the upstream; options for HTTP/1 that were set before are kept (`setUseDownstreamProtocol`). */
export function useDownstreamProtocol(draft: ClusterDraft, ...sources: Source[]): void {
  const options = protocolOptions(draft);
  const http1 = options['explicit_http_config']?.http_protocol_options ?? {};
  delete options['explicit_http_config'];
  options['use_downstream_protocol_config'] = { http_protocol_options: http1, http2_protocol_options: {} };
  deriveField(options, 'use_downstream_protocol_config', ...sources);
}

/** Sets one of the mutually exclusive `*_lb_config` fields. */
export function setLbConfig(cluster: Cluster, field: string, value: Message): void {
  for (const other of lbConfigs) delete cluster[other];
  cluster[field] = value;
}

const lbConfigs = [
  'round_robin_lb_config',
  'least_request_lb_config',
  'ring_hash_lb_config',
  'maglev_lb_config',
  'original_dst_lb_config',
];

/** The finished cluster: a chosen upstream protocol is obligatory in Envoy once there are protocol options. */
export function finish(draft: ClusterDraft): Cluster {
  const options = draft.protocolOptions;
  if (options) {
    if (!options['use_downstream_protocol_config']) options['explicit_http_config'] ??= { http_protocol_options: {} };
    draft.cluster['typed_extension_protocol_options'] = { [protocolOptionsName]: options };
  }
  return draft.cluster;
}
