import type { Message } from '../../../model/envoy.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Source } from '../../../model/provenance.ts';
import { derive } from '../../../model/provenance.ts';
import type { VirtualService } from '../../../registry/types.ts';
import type { ChainDraft, OutboundContext, OutboundRequest } from './context.ts';
import { routeFilters, serviceFilters } from './tcp-proxy.ts';

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
