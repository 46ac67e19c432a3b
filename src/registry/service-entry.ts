import ipaddr from 'ipaddr.js';
import { isObject, ownValue } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { exportToSet } from './export-to.ts';
import { isIpAddress } from './hostname.ts';
import { defaultVisibility, type ServiceContext } from './kubernetes-service.ts';
import { objects, strings } from './objects.ts';
import { creationTime } from './order.ts';
import { parseProtocol } from './protocol.ts';
import type { ServiceEntryVisibility } from './service-entry-visibility.ts';
import { trafficDistribution } from './traffic-distribution.ts';
import type { IstiodEnvironment, Resolution, Service, ServicePort } from './types.ts';

const resolutions: Record<string, Resolution> = {
  NONE: 'Passthrough',
  STATIC: 'ClientSideLB',
  DNS: 'DNSLB',
  DNS_ROUND_ROBIN: 'DNSRoundRobinLB',
  DYNAMIC_DNS: 'DynamicDNS',
};

export interface ServiceEntryContext extends ServiceContext {
  environment: IstiodEnvironment;
  /** The control plane's version knows the annotation `istio.io/connect-strategy`. */
  dnsConnectStrategy: boolean;
  visibility: ServiceEntryVisibility;
}

/**
 * The services of a ServiceEntry (serviceentry.convertServices): one for each host and address. Addresses that are
 * neither an IP nor a CIDR make none.
 */
export function serviceEntryServices(resource: Resource, context: ServiceEntryContext): Service[] {
  const { spec, metadata } = resource;
  const hosts = strings(spec['hosts']);
  const resolution = ownValue(resolutions, String(spec['resolution'] ?? 'NONE')) ?? 'Passthrough';
  const selector = isObject(spec['workloadSelector']) ? spec['workloadSelector']['labels'] : undefined;
  const home = context.namespace(metadata.namespace);
  const inherited = context.namespaceTrafficDistribution ? home?.metadata.annotations : undefined;
  const declared = exportToSet(strings(spec['exportTo']), metadata.namespace);
  const exportTo = declared ?? defaultVisibility(context, metadata.namespace);
  const meshExternal = spec['location'] !== 'MESH_INTERNAL';
  const common = {
    namespace: metadata.namespace,
    registry: 'External' as const,
    ports: serviceEntryPorts(resource),
    resolution,
    meshExternal,
    exportTo: context.visibility(exportTo, metadata.namespace, home?.metadata.labels ?? {}),
    creationTimestamp: creationTime(resource),
    labels: serviceLabels(resource, meshExternal, context.environment),
    selector: isObject(selector) ? (selector as Record<string, string>) : {},
    type: '',
    externalName: '',
    trafficDistribution: trafficDistribution(undefined, metadata.annotations, inherited),
    internalTrafficPolicyLocal: false,
    publishNotReadyAddresses: false,
    subjectAltNames: strings(spec['subjectAltNames']),
    aliases: [],
    ...connectStrategy(metadata.annotations, context),
    resource,
  };
  const allocated = allocatedAddresses(resource, context.environment);
  return hosts.flatMap((hostname) =>
    addressesOf(strings(spec['addresses'])).map((address) => ({
      ...common,
      hostname,
      name: hostname,
      addresses: [address],
      autoAllocatedAddresses: address === '0.0.0.0' ? (allocated.get(hostname) ?? []) : [],
    })),
  );
}

/** Ports of a ServiceEntry; one list for all of its services. */
function serviceEntryPorts(resource: Resource): ServicePort[] {
  return objects(resource.spec['ports']).map((port) => ({
    name: typeof port['name'] === 'string' ? port['name'] : '',
    port: Number(port['number']),
    protocol: parseProtocol(typeof port['protocol'] === 'string' ? port['protocol'] : ''),
    ...(typeof port['targetPort'] === 'number' ? { targetPort: port['targetPort'] } : {}),
    config: port,
  }));
}

function addressesOf(addresses: string[]): string[] {
  if (addresses.length === 0) return ['0.0.0.0'];
  return addresses.flatMap((address) => {
    if (isIpAddress(address)) return [address];
    if (!ipaddr.isValidCIDR(address)) return [];
    const [base, bits] = ipaddr.parseCIDR(address);
    const full = base.kind() === 'ipv4' ? 32 : 128;
    return [bits === full ? address.slice(0, address.indexOf('/')) : address];
  });
}

/**
 * Addresses that istiod's allocator wrote into `status.addresses`, by host, IPv4 first. Resolution NONE, own addresses
 * and the label that opts out leave them unused.
 */
function allocatedAddresses(resource: Resource, environment: IstiodEnvironment): Map<string, string[]> {
  const { spec, metadata, object } = resource;
  const result = new Map<string, string[]>();
  const status = object['status'];
  const addresses = isObject(status) && Array.isArray(status['addresses']) ? status['addresses'] : [];
  const optedOut = metadata.labels['networking.istio.io/enable-autoallocate-ip']?.toLowerCase() === 'false';
  if (!environment.flag('PILOT_ENABLE_IP_AUTOALLOCATE', true) || optedOut) return result;
  if (strings(spec['addresses']).length > 0 || (spec['resolution'] ?? 'NONE') === 'NONE') return result;
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const item of addresses) {
      if (!isObject(item) || typeof item['value'] !== 'string' || !isIpAddress(item['value'])) continue;
      const host = String(item['host'] ?? '');
      if (ipaddr.parse(item['value']).kind() !== family) continue;
      result.set(host, [...(result.get(host) ?? []), item['value']]);
    }
  }
  return result;
}

/** Labels of the service, with canonical names for external ones where istiod is told to add them. */
function serviceLabels(resource: Resource, external: boolean, environment: IstiodEnvironment): Record<string, string> {
  const { labels, name } = resource.metadata;
  if (!external || !environment.flag('LABEL_CANONICAL_SERVICES_FOR_MESH_EXTERNAL_SERVICE_ENTRIES', false))
    return labels;
  const first = (...names: string[]) => names.map((key) => labels[key]).find(Boolean);
  return {
    ...labels,
    'service.istio.io/canonical-name':
      first('service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app') ?? name,
    'service.istio.io/canonical-revision':
      first('service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version') ?? 'latest',
  };
}

function connectStrategy(
  annotations: Record<string, string>,
  context: ServiceEntryContext,
): { dnsConnectStrategy?: string } {
  const strategy = annotations['istio.io/connect-strategy']?.toUpperCase();
  return context.dnsConnectStrategy && strategy === 'RACE_FIRST_TCP_CONNECT' ? { dnsConnectStrategy: strategy } : {};
}
