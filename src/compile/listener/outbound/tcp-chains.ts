import type { JsonObject } from '../../../model/json.ts';
import { objects } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { hostsOverlap } from '../../../registry/hostname.ts';
import type { VirtualService } from '../../../registry/types.ts';
import { routeChain, serviceChain } from './chain-draft.ts';
import type { ChainDraft, OutboundContext, OutboundRequest } from './context.ts';
import { isTlsProtocol } from './listener-protocol.ts';
import { matchesStatically } from './match-static.ts';
import { tlsChains } from './tls-chains.ts';

/** The TCP and TLS chains of a service port (istiod's `buildSidecarOutboundTCPListenerOpts`). */
export function tcpChains(context: OutboundContext, request: OutboundRequest): ChainDraft[] {
  const { hostname } = request.service;
  const bound = request.virtualServices.filter((item) => item.hosts.some((host) => hostsOverlap(host, hostname)));
  return isTlsProtocol(request.port.protocol)
    ? tlsChains(context, request, bound)
    : plainChains(context, request, bound);
}

function subnets(match: JsonObject): string[] {
  return Array.isArray(match['destinationSubnets']) ? match['destinationSubnets'].map(String) : [];
}

/**
 * Chains of a port without TLS (`buildSidecarOutboundTCPFilterChainOpts`): the first tcp route that matches any
 * destination ends the list; those for destination subnets come before it; without one the service itself follows.
 */
function plainChains(context: OutboundContext, request: OutboundRequest, bound: VirtualService[]): ChainDraft[] {
  const { port, cidrs } = request;
  const chains: ChainDraft[] = [];
  let serviceHidden = false;
  for (const virtualService of bound)
    for (const route of objects(virtualService.spec['tcp'])) {
      if (objects(route['route']).length === 0) continue;
      const all = (source: Source): ChainDraft[] => [
        ...chains,
        routeChain(context, request, virtualService, route, { cidrs, named: true, sources: [source] }),
      ];
      const matches = objects(route['match']);
      if (matches.length === 0) return all(route);
      const wanted: string[] = [];
      const sources: Source[] = [];
      for (const match of matches) {
        if (!matchesStatically(match, context, port.port)) continue;
        const own = subnets(match);
        // On a unix socket there is no destination address to match.
        if (own.length === 0 || port.port === 0) return all(match);
        wanted.push(...own);
        sources.push([match, 'destinationSubnets']);
      }
      if (wanted.length === 0) continue;
      chains.push(
        routeChain(context, request, virtualService, route, { cidrs: wanted, named: false, sources, of: matches }),
      );
      // Two chains with the same match would make Envoy refuse the listener.
      if ([...wanted].sort().join() === [...cidrs].sort().join()) serviceHidden = true;
    }
  return serviceHidden ? chains : [...chains, serviceChain(context, request, [])];
}
