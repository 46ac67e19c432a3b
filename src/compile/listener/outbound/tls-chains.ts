import { objects } from '../../../model/json.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { isDynamicDns } from '../../http/dynamic-forward-proxy.ts';
import { serviceDomains } from '../../route/sidecar/domains.ts';
import { routeChain, serviceChain } from './chain-draft.ts';
import type { ChainDraft, OutboundContext, OutboundRequest } from './context.ts';
import { matchesStatically } from './match-static.ts';
import { serviceAddresses } from './service-address.ts';

/**
 * Chains of a TLS or HTTPS port (istiod's `buildSidecarOutboundTLSFilterChainOpts`): one for each match of a
 * VirtualService's tls routes by SNI, the first one counting where several ask for the same; else one to the service.
 */
export function tlsChains(context: OutboundContext, request: OutboundRequest, bound: VirtualService[]): ChainDraft[] {
  const { port } = request;
  const handled = new Set<string>();
  const chains: ChainDraft[] = [];
  let { cidrs } = request;
  for (const virtualService of bound)
    for (const route of objects(virtualService.spec['tls'])) {
      if (objects(route['route']).length === 0) continue;
      for (const match of objects(route['match'])) {
        if (!matchesStatically(match, context, port.port)) continue;
        const sniHosts = strings(match['sniHosts']);
        const subnets = strings(match['destinationSubnets']);
        // Subnets of one match stay in force for those after it, as istiod has it.
        if (subnets.length > 0 && port.port > 0) cidrs = subnets;
        const key = `${sniHosts.join()}|${subnets.join()}`;
        if (handled.has(key)) continue;
        handled.add(key);
        chains.push(
          routeChain(context, request, virtualService, route, {
            cidrs,
            sniHosts,
            named: true,
            sources: [match],
            of: [match],
          }),
        );
      }
    }
  return chains.length > 0 ? chains : [serviceChain(context, request, serviceSni(context, request))];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * The SNI by which a service is told from others: its host name where the address alone does not do, since the listener
 * is on a wildcard address or serves a range. A pod of a headless service is known by its address.
 */
function serviceSni(context: OutboundContext, request: OutboundRequest): string[] {
  const { proxy, registry, wildcards } = context;
  const { service, bind, cidrs, headlessPod } = request;
  if (headlessPod) return [];
  const [wildcard] = wildcards;
  let [own = ''] = serviceAddresses(service, context);
  if (own.includes('/')) own = '';
  if (service.registry === 'External' && wildcard === '::' && own === '0.0.0.0') own = '::';
  const needed =
    cidrs.length > 0 ||
    own === '' ||
    (own === wildcard && bind.addresses[0] === wildcard) ||
    isDynamicDns(service, registry);
  if (!needed) return [];
  const absolute = registry.environment.flag('PILOT_ENABLE_ABSOLUTE_FQDN_VHOST_DOMAIN', true);
  const aliases = service.aliases.flatMap(
    (alias) =>
      serviceDomains({
        hostname: alias.hostname,
        aliases: [],
        addresses: [],
        headless: false,
        port: 0,
        dnsDomain: proxy.dnsDomain,
        absolute,
      }).domains,
  );
  return [service.hostname, ...aliases];
}
