import type { Filter, Message } from '../../../model/envoy.ts';
import { inherit } from '../../../model/provenance.ts';
import { extension } from '../../http/typed-config.ts';

/** Envoy's RBAC filter of a layer. */
export function rbacFilter(layer: 'http' | 'tcp', rbac: Message): Filter {
  return layer === 'http'
    ? extension('envoy.filters.http.rbac', 'envoy.extensions.filters.http.rbac.v3.RBAC', rbac)
    : extension(
        'envoy.filters.network.rbac',
        'envoy.extensions.filters.network.rbac.v3.RBAC',
        inherit({ ...rbac, stat_prefix: 'tcp.' }, rbac),
      );
}
