import { isAddress } from '../../explain/index.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { nearest } from '../../source/nearest.ts';
import { UserError } from '../inputs.ts';

/** What a name is to a client: an address, or the fact that only a resolver outside of the mesh knows it. */
export interface Resolved {
  /** '' where the address is not known; listeners of any address take it all the same. */
  ip: string;
  /** The name in full. */
  name: string;
  service?: Service;
  /** Words on how the name was found. */
  how: string;
}

/** What a client has: its namespace for search domains, and whether its proxy answers DNS. */
export interface Client {
  namespace: string;
  dnsCapture: boolean;
}

/**
 * Resolves a host as the client's resolver would: addresses as they are, Kubernetes' search domains, and ServiceEntries
 * where the proxy captures DNS. A name that nobody in the mesh knows is taken for one of the public DNS.
 *
 * @throws UserError where no resolver can know the name (`catalgo`, `catalog.shpo.svc`), with names that are near
 */
export function resolve(host: string, client: Client, registry: Registry): Resolved {
  if (isAddress(host)) return { ip: host, name: host, how: 'an address' };
  if (host === 'localhost') return { ip: '127.0.0.1', name: host, how: 'the client itself' };
  const name = host.replace(/\.$/, '');
  for (const candidate of candidates(name, host, client, registry)) {
    const service = find(candidate, client, registry);
    if (!service) continue;
    const address = addressOf(service, client, registry);
    if (service.externalName !== '')
      return { ip: '', name: candidate, service, how: `ExternalName of ${service.externalName}` };
    return {
      ip: address,
      name: candidate,
      service,
      how: `${service.registry === 'Kubernetes' ? 'Service' : 'ServiceEntry'} ${candidate}`,
    };
  }
  if (!isPublic(name, registry)) {
    const near = nearest(name, names(registry, client.namespace));
    const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
    throw new UserError(`host ${name} is not known in namespace ${client.namespace}${hint}`);
  }
  return { ip: '', name, how: 'a name outside of the mesh, as far as DNS knows it' };
}

/** Search domains first, as names with fewer than five dots are looked up (`ndots:5`). */
function candidates(name: string, written: string, client: Client, registry: Registry): string[] {
  if (written.endsWith('.')) return [name];
  const domain = registry.domainSuffix;
  const searched = [`${name}.${client.namespace}.svc.${domain}`, `${name}.svc.${domain}`, `${name}.${domain}`];
  return name.split('.').length <= 5 ? [...searched, name] : [name, ...searched];
}

function find(name: string, client: Client, registry: Registry): Service | undefined {
  const services = registry.serviceByHostname(name);
  return services.find((it) => it.namespace === client.namespace) ?? services[0];
}

function addressOf(service: Service, client: Client, registry: Registry): string {
  const fixed = service.addresses.find((it) => it !== '0.0.0.0' && !it.includes('/'));
  if (service.registry === 'External') {
    // Without DNS capture the real DNS decides where a ServiceEntry's host is; its addresses only catch traffic.
    if (!client.dnsCapture) return '';
    return fixed ?? service.autoAllocatedAddresses[0] ?? '';
  }
  if (fixed !== undefined) return fixed;
  const [port] = service.ports;
  return (port && registry.endpoints(service, port)[0]?.address) ?? '';
}

/** Whether a name may stand in the public DNS: at least two labels, and not in the cluster's own domain. */
function isPublic(name: string, registry: Registry): boolean {
  const labels = name.split('.');
  if (labels.length < 2 || name.endsWith(`.${registry.domainSuffix}`) || name.endsWith('.svc')) return false;
  return !(labels.length === 2 && registry.namespace(labels[1] ?? '') !== undefined);
}

function names(registry: Registry, namespace: string): string[] {
  return registry.services.flatMap((it) =>
    it.registry === 'External'
      ? [it.hostname]
      : [...(it.namespace === namespace ? [it.name] : []), `${it.name}.${it.namespace}`],
  );
}
