import type { Filter } from '../../../model/envoy.ts';
import { extensionFilters } from '../../http/extension-filters.ts';
import type { OutboundContext } from './context.ts';

/** The network filters of WasmPlugins and TrafficExtensions for an outbound listener, all phases in their order. */
export function networkExtensions(context: OutboundContext, port: number): Filter[] {
  const listener = { class: 'sidecar-outbound' as const, port };
  return extensionFilters(
    context.proxy,
    context.registry,
    listener,
    'network',
    'AUTHN',
    'AUTHZ',
    'STATS',
    'UNSPECIFIED',
  );
}
