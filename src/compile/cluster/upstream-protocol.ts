import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { deriveField } from '../../model/provenance.ts';
import type { ServicePort } from '../../registry/types.ts';
import { any } from '../http/typed-config.ts';
import { type ClusterContext, messageOf } from './context.ts';
import { type ClusterDraft, protocolOptions, useDownstreamProtocol, useHttp2 } from './draft.ts';
import { isHttp, isHttp2 } from './protocol.ts';

/**
 * The upstream's protocol as the port declares it: HTTP/2, or on a sidecar's sniffed port whatever the client speaks.
 * Gateways do not sniff, so there the server's protocol is HTTP/1 (istiod's `setUpstreamProtocol`).
 */
export function setUpstreamProtocol(context: ClusterContext, draft: ClusterDraft, port: ServicePort): void {
  if (isHttp2(port.protocol)) {
    useHttp2(draft, port.config);
    return;
  }
  const sniffed = port.protocol === 'Unsupported';
  if ((isHttp(port.protocol) || sniffed) && context.preserveHeaderCase) {
    const options = protocolOptions(draft);
    options['explicit_http_config'] = { http_protocol_options: preserveCase() };
    deriveField(options, 'explicit_http_config', context.preserveHeaderCaseSource);
  }
  if (context.proxy.type === 'sidecar' && sniffed) useDownstreamProtocol(draft, port.config);
}

/**
 * Upgrades an outbound cluster to HTTP/2: by `h2UpgradePolicy` of the rule on any port, by the mesh's only on ports that
 * declare HTTP; `useClientProtocol` prevents both (istiod's `shouldH2Upgrade`).
 */
export function applyH2Upgrade(
  context: ClusterContext,
  draft: ClusterDraft,
  port: ServicePort,
  connectionPool: JsonObject | undefined,
): void {
  const http = messageOf(connectionPool?.['http']);
  if (http?.['useClientProtocol'] === true) return;
  const policy = http?.['h2UpgradePolicy'];
  if (http && policy === 'UPGRADE') useHttp2(draft, [http, 'h2UpgradePolicy']);
  else if (http && policy === 'DO_NOT_UPGRADE')
    deriveField(draft.cluster, 'typed_extension_protocol_options', [http, 'h2UpgradePolicy']);
  else if (isHttp(port.protocol) && context.mesh['h2UpgradePolicy'] === 'UPGRADE')
    useHttp2(draft, [context.mesh, 'h2UpgradePolicy']);
}

/** HTTP/1 options that keep the case of header names. */
export function preserveCase(): Message {
  return {
    header_key_format: {
      stateful_formatter: {
        name: 'preserve_case',
        typed_config: any('envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig'),
      },
    },
  };
}
