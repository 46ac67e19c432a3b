import type { Message } from '../../model/envoy.ts';

/**
 * Whether a connection manager believes what a request says of its way (x-forwarded-proto): it does behind another proxy
 * (ConnectionManagerUtility::mutateRequestHeaders).
 */
export function trustsForwarded(manager: Message): boolean {
  return manager['use_remote_address'] !== true || Number(manager['xff_num_trusted_hops'] ?? 0) > 0;
}
