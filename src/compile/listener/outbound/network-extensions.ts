import type { Filter } from '../../../model/envoy.ts';
import { type ExtensionPhase, extensionFilters } from '../../http/extension-filters.ts';
import type { OutboundContext } from './context.ts';

/** The network filters of WasmPlugins and TrafficExtensions for an outbound listener; all phases in their order by default. */
export function networkExtensions(
  context: OutboundContext,
  port: number,
  phases: ExtensionPhase[] = allPhases,
): Filter[] {
  const listener = { class: context.class ?? 'sidecar-outbound', port };
  return extensionFilters(context.proxy, context.registry, listener, 'network', ...phases);
}

const allPhases: ExtensionPhase[] = ['AUTHN', 'AUTHZ', 'STATS', 'UNSPECIFIED'];
