import { isObject, type JsonObject } from '../model/json.ts';
import { HostIndex } from './hostname.ts';
import { type ImportedHosts, importedHosts } from './imported-hosts.ts';
import { strings } from './objects.ts';
import { parseProtocol } from './protocol.ts';
import type { ScopeContext } from './sidecar-scope.ts';
import type { EgressListener, Service, VirtualService } from './types.ts';
import { preferOwnRoutes } from './virtual-service-index.ts';

type HostsByNamespace = ReadonlyMap<string, ImportedHosts>;

/**
 * One egress listener with what it imports (convertIstioListenerToWrapper).
 *
 * @param config the `egress[]` item; undefined imports everything
 */
export function egressListener(
  config: JsonObject | undefined,
  namespace: string,
  context: ScopeContext,
): EgressListener & { matchPort?: number } {
  const listed = config ? strings(config['hosts']) : ['*/*'];
  const hosts = importedHosts(listed, namespace, context.egressExclusions);
  const port = listenerPort(config);
  // A generic HTTP proxy port serves every port of the services.
  const matchPort = port && port.number !== 0 && port.protocol !== 'HTTP_PROXY' ? port.number : undefined;
  const services = selectServices(context.services.exportedTo(namespace), namespace, hosts, matchPort);
  const virtualServices = selectVirtualServices(context, namespace, hosts);
  const capture = config?.['captureMode'];
  return {
    ...(config ? { config } : {}),
    ...(port ? { port } : {}),
    ...(typeof config?.['bind'] === 'string' && config['bind'] !== '' ? { bind: config['bind'] } : {}),
    captureMode: capture === 'IPTABLES' || capture === 'NONE' ? capture : 'DEFAULT',
    services,
    virtualServices,
    mostSpecificVirtualService: mostSpecific(virtualServices),
    ...(matchPort === undefined ? {} : { matchPort }),
  };
}

function listenerPort(config: JsonObject | undefined): EgressListener['port'] {
  const port = config?.['port'];
  if (!isObject(port)) return undefined;
  return {
    number: Number(port['number'] ?? 0),
    protocol: parseProtocol(String(port['protocol'] ?? '')),
    name: String(port['name'] ?? ''),
  };
}

/** Finds VirtualServices by host; of several with one host the first counts (computeWildcardHostVirtualServiceIndex). */
export function mostSpecific(virtualServices: readonly VirtualService[]): EgressListener['mostSpecificVirtualService'] {
  let index: HostIndex<VirtualService> | undefined;
  return (hostname) => {
    if (!index) {
      index = new HostIndex();
      for (const item of virtualServices) for (const host of item.hosts) if (!index.get(host)) index.set(host, item);
    }
    return index.mostSpecific(hostname);
  };
}

/**
 * The services that the hosts import (selectServices). Of one hostname in several namespaces those of one namespace
 * count: the own one, else a Kubernetes Service's, else the oldest's.
 */
function selectServices(
  candidates: readonly Service[],
  namespace: string,
  hosts: HostsByNamespace,
  port: number | undefined,
): Service[] {
  const anywhere = hosts.get('*');
  const imported: Service[] = [];
  for (const service of candidates) {
    const own = hosts.get(service.namespace);
    if (own?.excludes(service.hostname) || anywhere?.excludes(service.hostname)) continue;
    for (const scope of [own, anywhere]) {
      if (!scope?.importsService(service.hostname)) continue;
      const matching = port === undefined ? service : withPort(service, port);
      if (!matching) continue;
      imported.push(withImportedAliases(matching, scope));
      break;
    }
  }
  const owners = new Map<string, Service>();
  for (const service of imported) {
    const known = owners.get(service.hostname);
    const preferred =
      !known ||
      service.namespace === namespace ||
      (known.registry !== 'Kubernetes' && service.registry === 'Kubernetes' && known.namespace !== namespace);
    if (preferred) owners.set(service.hostname, service);
  }
  return imported.filter((service) => owners.get(service.hostname)?.namespace === service.namespace);
}

function withImportedAliases(service: Service, hosts: ImportedHosts): Service {
  const aliases = service.aliases.filter((alias) => hosts.importsService(alias.hostname));
  return aliases.length === service.aliases.length ? service : { ...service, aliases };
}

/** The service with this one port only (serviceMatchingListenerPort); undefined where it does not have it. */
export function withPort(service: Service, port: number): Service | undefined {
  const found = service.ports.find((item) => item.port === port);
  if (!found) return undefined;
  return service.ports.length === 1 ? service : { ...service, ports: [found] };
}

/** The VirtualServices that the hosts import (model.SelectVirtualServices): one host is enough. */
function selectVirtualServices(context: ScopeContext, namespace: string, hosts: HostsByNamespace): VirtualService[] {
  const anywhere = hosts.get('*');
  const selected = new Set<VirtualService>();
  const imports = (item: VirtualService): boolean => {
    const own = hosts.get(item.namespace);
    return [own, anywhere].some((scope) =>
      item.hosts.some(
        (host) =>
          scope?.importsVirtualService(host, item.routeSemantics === 'gateway') &&
          !own?.excludes(host) &&
          !anywhere?.excludes(host),
      ),
    );
  };
  for (const list of context.virtualServices.lists(namespace, 'mesh'))
    for (const item of preferOwnRoutes(list, namespace)) if (imports(item)) selected.add(item);
  return [...selected];
}
