import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import { objects } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive } from '../../../model/provenance.ts';
import { hostsOverlap } from '../../../registry/hostname.ts';
import type { VirtualService } from '../../../registry/types.ts';
import type { ChainDraft, OutboundContext, OutboundRequest } from './context.ts';
import { isTlsProtocol } from './listener-protocol.ts';
import { matchesStatically } from './match-static.ts';
import { routeFilters, serviceFilters } from './tcp-proxy.ts';
import { tlsChains } from './tls-chains.ts';

/** The TCP and TLS chains of a service port (istiod's `buildSidecarOutboundTCPListenerOpts`). */
export function tcpChains(context: OutboundContext, request: OutboundRequest): ChainDraft[] {
  const { hostname } = request.service;
  const bound = request.virtualServices.filter((item) => item.hosts.some((host) => hostsOverlap(host, hostname)));
  return isTlsProtocol(request.port.protocol)
    ? tlsChains(context, request, bound)
    : plainChains(context, request, bound);
}

/** A chain that a VirtualService's route makes; it names its config, as istiod does where `named`. */
export function routeChain(
  context: OutboundContext,
  request: OutboundRequest,
  virtualService: VirtualService,
  route: JsonObject,
  match: { cidrs: string[]; sniHosts?: string[]; named: boolean; sources: Source[]; of?: JsonObject[] },
): ChainDraft {
  return {
    sniHosts: match.sniHosts ?? [],
    destinationCidrs: match.cidrs,
    applicationProtocols: [],
    transportProtocol: '',
    ...(match.named ? { metadata: configMetadata(virtualService) } : {}),
    networkFilters: routeFilters(context, request.port, virtualService, route),
    sources: match.sources,
    ...matchSources(request, match.of ?? [], match.cidrs),
  };
}

/** The chain to the service itself. */
export function serviceChain(context: OutboundContext, request: OutboundRequest, sniHosts: string[]): ChainDraft {
  const { port, service } = request;
  return {
    sniHosts,
    destinationCidrs: request.cidrs,
    applicationProtocols: [],
    transportProtocol: '',
    networkFilters: serviceFilters(context, port, service, port.config),
    sources: [port.config],
    ...(service.registry === 'External' ? { sniSource: [service.resource.spec, 'hosts'] as const } : {}),
    ...matchSources(request, [], request.cidrs),
  };
}

/** Where SNI hosts and ranges come from: matches of a VirtualService, else the ServiceEntry's own addresses. */
function matchSources(
  { service }: OutboundRequest,
  matches: JsonObject[],
  cidrs: string[],
): Pick<ChainDraft, 'sniSource' | 'cidrSources'> {
  const subnets = matches.filter((match) => match['destinationSubnets'] !== undefined);
  const own =
    service.registry === 'External' && cidrs.length > 0 ? [[service.resource.spec, 'addresses'] as const] : [];
  const [sni] = matches.filter((match) => match['sniHosts'] !== undefined);
  return {
    ...(sni ? { sniSource: [sni, 'sniHosts'] as const } : {}),
    cidrSources: subnets.length > 0 ? subnets.map((match) => [match, 'destinationSubnets'] as const) : own,
  };
}

function configMetadata(virtualService: VirtualService): Message {
  const { namespace, name, resource } = virtualService;
  const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtual-service/${name}`;
  return derive({ filter_metadata: { istio: { config } } }, resource);
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
