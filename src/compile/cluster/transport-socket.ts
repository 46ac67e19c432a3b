import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { derive, deriveField, type Source } from '../../model/provenance.ts';
import { any } from '../http/typed-config.ts';
import type { ClusterContext } from './context.ts';
import type { ClusterDraft } from './draft.ts';
import { type TlsContextInputs, upstreamTlsContext } from './tls-context.ts';
import { type TlsInputs, tlsSettings } from './tls-settings.ts';

/**
 * The transport sockets of an outbound cluster (istiod's `applyUpstreamTLSSettings`). Auto-mTLS gives two and lets each
 * endpoint's `tlsMode` choose; an ORIGINAL_DST cluster has no endpoints to choose by and gets one.
 *
 * @param rule the policy's `tls`
 * @param absent what decided that there is no `tls`, where something did
 */
export function applyTls(
  context: ClusterContext,
  draft: ClusterDraft,
  rule: JsonObject | undefined,
  inputs: TlsInputs & TlsContextInputs,
  absent?: Source,
): void {
  const { cluster } = draft;
  const tls = tlsSettings(context, rule, inputs);
  const source: Source = rule ? [rule, 'mode'] : (absent ?? tls?.source ?? inputs.serverMode?.source);
  for (const field of ['transport_socket', 'transport_socket_matches']) deriveField(cluster, field, source);
  if (!tls) return;
  const tlsContext = upstreamTlsContext(context, draft, tls, inputs);
  if (!tlsContext) return;
  const socket: Message = { name: 'envoy.transport_sockets.tls', typed_config: tlsContext };
  if (!tls.automatic || tls.mode !== 'ISTIO_MUTUAL' || cluster['type'] === 'ORIGINAL_DST') {
    cluster['transport_socket'] = socket;
    return;
  }
  cluster['transport_socket_matches'] = [
    { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: socket },
    { name: 'tlsMode-disabled', match: {}, transport_socket: rawBuffer() },
  ];
}

/** Wraps the cluster's transport sockets, so that the server learns the client's address (`proxyProtocol`). */
export function applyProxyProtocol(draft: ClusterDraft, proxyProtocol: JsonObject | undefined): void {
  if (!proxyProtocol) return;
  const { cluster } = draft;
  const wrap = (inner: Message): Message =>
    derive(
      {
        name: 'envoy.transport_sockets.upstream_proxy_protocol',
        typed_config: any('envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport', {
          config: { version: proxyProtocol['version'] === 'V2' ? 'V2' : 'V1' },
          transport_socket: inner,
        }),
      },
      proxyProtocol,
    );
  const matches = cluster['transport_socket_matches'] as Message[] | undefined;
  if (!cluster['transport_socket'] && !matches) {
    cluster['transport_socket'] = wrap({ ...rawBuffer(), name: 'raw_buffer' });
    deriveField(cluster, 'transport_socket', proxyProtocol);
    return;
  }
  if (cluster['transport_socket']) cluster['transport_socket'] = wrap(cluster['transport_socket'] as Message);
  for (const match of matches ?? []) match['transport_socket'] = wrap(match['transport_socket'] as Message);
}

/** Plain text. */
function rawBuffer(): Message {
  return {
    name: 'envoy.transport_sockets.raw_buffer',
    typed_config: any('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'),
  };
}
