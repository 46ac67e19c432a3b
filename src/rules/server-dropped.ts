import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import { listenerPorts, type SelectedGateway, selectedGateways } from '../compile/gateway/selection.ts';
import { codes } from '../model/codes.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject, objects, type Path } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import { findingOf, placeKey } from './finding.ts';
import { precedence } from './precedence.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Dropped {
  place: Origin;
  rival?: Origin;
  message: string;
  fix: string;
  proxies: Set<Proxy>;
}

/**
 * Servers of Gateways that a gateway's pod leaves out because an older one clashes with them (istiod's `mergeGateways`):
 * another protocol on the same port, or a TLS host that is taken.
 */
export const serverDropped: Rule = {
  name: 'server-dropped',
  codes: [codes.serverDropped],
  find(mesh) {
    const found = new Map<string, Dropped>();
    for (const proxy of mesh.proxies.filter(({ type }) => type === 'router'))
      for (const dropped of droppedIn(mesh, proxy)) {
        const key = placeKey(dropped.place);
        const known = found.get(key) ?? { ...dropped, proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    return [...found.values()].map(({ place, rival, message, fix, proxies }) =>
      findingOf(mesh, {
        code: codes.serverDropped,
        kind: 'conflict',
        severity: 'error',
        at: place,
        proxies,
        message,
        effect: `the server is dropped with a line in istiod's log only, and what is bound to it is not served there.${ageOf(place, rival)}`,
        fix,
        related: rival ? [{ message: `${resourceName(rival.resource)} has it`, at: rival }] : [],
      }),
    );
  },
};

/** What decides between servers of two Gateways whose ages are not known. */
function ageOf({ resource }: Origin, rival: Origin | undefined): string {
  if (!rival || rival.resource === resource) return '';
  const { isKnown, why } = precedence(rival.resource, resource);
  return isKnown ? '' : ` ${why}`;
}

function droppedIn({ registry }: CompiledMesh, proxy: Proxy): Omit<Dropped, 'proxies'>[] {
  const merged = mergedGateway(proxy, registry);
  if (!merged) return [];
  const kept = new Set(merged.ports.flatMap(({ servers }) => servers.map(({ config }) => config)));
  const selected = selectedGateways(proxy, registry);
  return selected.flatMap((item) =>
    serversOf(item)
      // One without a port is refused by the API server.
      .filter((config) => !kept.has(config) && numberOf(config) > 0)
      .flatMap((config) => {
        const place = placeOf(config);
        if (place?.resource.kind !== 'Gateway') return [];
        const [port] = listenerPorts(numberOf(config), item);
        const earlier = selected.flatMap((other) =>
          serversOf(other).filter((it) => kept.has(it) && listenerPorts(numberOf(it), other).includes(port ?? 0)),
        );
        // A listener of the Gateway API for a port that its Service has not got is no clash.
        if (earlier.length === 0 && place.resource.group !== 'networking.istio.io') return [];
        return [clash(place, config, earlier)];
      }),
  );
}

function clash(place: Origin, config: JsonObject, earlier: JsonObject[]): Omit<Dropped, 'proxies'> {
  const below = (...path: Path): Origin => ({ ...place, path: [...place.path, ...path] });
  const isListener = place.resource.group === 'gateway.networking.k8s.io';
  const hosts = hostsOf(config);
  const sameHost = isObject(config['tls'])
    ? earlier.find((it) => isObject(it['tls']) && overlaps(hosts, it))
    : undefined;
  if (sameHost) {
    const index = hosts.findIndex((host) => hostsOf(sameHost).includes(host));
    return {
      place: isListener ? below('hostname') : below('hosts', index),
      rival: placeOf(sameHost),
      message: `has TLS host ${isListener ? hosts[index]?.split('/').at(-1) : hosts[index]} on a port where another server has it`,
      fix: 'give the host to one server only.',
    };
  }
  const [rival] = earlier;
  const protocol = (server: JsonObject | undefined): string =>
    String(isObject(server?.['port']) ? server['port']['protocol'] : '');
  return {
    place: isListener ? below('port') : below('port', 'number'),
    rival: rival && placeOf(rival),
    message: `has port ${numberOf(config)} as ${protocol(config)}, which an earlier server of the same gateway has as ${protocol(rival)}`,
    fix: 'give the server a port of its own (and open it in the Service).',
  };
}

function overlaps(hosts: readonly string[], server: JsonObject): boolean {
  return hostsOf(server).some((host) => hosts.includes(host));
}

function hostsOf(server: JsonObject): string[] {
  return (Array.isArray(server['hosts']) ? server['hosts'] : []).map((host) => String(host));
}

function serversOf({ gateway }: SelectedGateway): JsonObject[] {
  return objects(gateway.spec['servers']);
}

function numberOf(server: JsonObject): number {
  return Number(isObject(server['port']) ? server['port']['number'] : 0);
}
