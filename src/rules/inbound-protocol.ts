import { isHttp2 } from '../compile/cluster/protocol.ts';
import { listenerProtocol } from '../compile/listener/outbound/listener-protocol.ts';
import { codes } from '../model/codes.ts';
import { objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import type { ServicePort, ServiceTarget } from '../registry/types.ts';
import { at, findingOf, placeKey } from './finding.ts';
import { precedence } from './precedence.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Harm {
  severity: 'warning' | 'info';
  effect: string;
}

interface Clash {
  loser: ServiceTarget;
  winner: ServiceTarget;
  harm: Harm;
  proxies: Set<Proxy>;
}

/**
 * Ports of a workload that several Services claim with different protocols. The sidecar has one listener for the port, of
 * the oldest Service's protocol (istiod's `buildInboundChainConfigs`). Services that agree on the protocol lose nothing
 * by it, and a port whose protocol is sniffed takes all.
 */
export const inboundProtocol: Rule = {
  name: 'inbound-protocol',
  codes: [codes.inboundProtocol],
  find(mesh) {
    const found = new Map<string, Clash>();
    for (const proxy of mesh.proxies)
      for (const { winner, loser, harm } of clashesOf(mesh, proxy)) {
        const key = placeKey(placeOf(loser));
        const known = found.get(key) ?? { winner, loser, harm, proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    return [...found.values()].map(({ winner, loser, harm, proxies }) => {
      const { isKnown, why } = precedence(winner.service.resource, loser.service.resource);
      return findingOf(mesh, {
        code: codes.inboundProtocol,
        kind: 'conflict',
        severity: harm.severity,
        at: placeOf(loser),
        proxies,
        message: `has port ${loser.targetPort} of its workload as ${loser.port.protocol}, which ${isKnown ? 'the earlier ' : ''}${resourceName(winner.service.resource)} has as ${winner.port.protocol}`,
        effect: `${isKnown ? '' : `${why.slice(0, -1)}: then `}the sidecar takes the port as ${winner.port.protocol}, by whatever Service a request comes: ${harm.effect}`,
        fix: 'give both ports the protocol that the workload speaks.',
        related: [{ message: isKnown ? `decides: ${why}` : 'may decide', at: placeOf(winner) }],
      });
    });
  },
};

function clashesOf({ registry }: CompiledMesh, proxy: Proxy): Omit<Clash, 'proxies'>[] {
  // A Sidecar's `ingress` decides alone.
  if (proxy.type !== 'sidecar' || proxy.interceptionMode === 'NONE') return [];
  if (registry.sidecarScope(proxy).ingress.length > 0) return [];
  const byPort = Map.groupBy(registry.serviceTargets(proxy), ({ targetPort }) => targetPort);
  return [...byPort.values()].flatMap(([winner, ...others]) =>
    others.flatMap((loser) => {
      const harm = winner && harmOf(winner.port, loser.port);
      return harm ? [{ winner, loser, harm }] : [];
    }),
  );
}

/**
 * What goes wrong on a port that is taken as another protocol; undefined where nothing does. Where only the workload's
 * own language tells whether anything does, it is a note.
 */
function harmOf(taken: ServicePort, meant: ServicePort): Harm | undefined {
  const [as, of] = [listenerProtocol(taken.protocol), listenerProtocol(meant.protocol)];
  if (as === 'tcp' && of === 'http')
    return {
      severity: 'warning',
      effect: 'HTTP parts of AuthorizationPolicies, RequestAuthentications and metrics of requests do not hold there.',
    };
  if (as === 'http' && of === 'tcp')
    return { severity: 'info', effect: 'if the workload speaks anything but HTTP there, its clients get 400.' };
  if (as !== 'http' || of !== 'http' || isHttp2(taken.protocol) === isHttp2(meant.protocol)) return undefined;
  if (isHttp2(taken.protocol))
    return { severity: 'info', effect: 'requests of HTTP/1.1 are sent on to the application as HTTP/2.' };
  return meant.protocol === 'GRPC'
    ? { severity: 'warning', effect: 'gRPC calls are sent on to the application as HTTP/1.1 and fail.' }
    : { severity: 'info', effect: 'requests of HTTP/2 are sent on to the application as HTTP/1.1.' };
}

function placeOf({ service, port }: ServiceTarget) {
  const index = objects(service.resource.spec['ports']).findIndex((it) => (it['port'] ?? it['number']) === port.port);
  return index < 0 ? at(service.resource, 'spec', 'ports') : at(service.resource, 'spec', 'ports', index);
}
