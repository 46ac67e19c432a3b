import { isObject, type JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import { serviceHostname } from '../hostname.ts';
import { matchesSelector } from '../label-selector.ts';
import { objects } from '../objects.ts';
import { byGatewayApiPrecedence, type GatewayApiContext, gatewayGroup, internalSuffix, section } from './context.ts';
import { internalResource } from './internal-resource.ts';
import { collides } from './listener-conflict.ts';
import { listenerTls } from './listener-tls.ts';
import type { Parent } from './parent.ts';

/** What Gateways and ListenerSets become: Istio Gateways, and the parents that routes may attach to. */
export interface ConvertedGateways {
  gateways: Resource[];
  parents: Map<string, Parent[]>;
}

/** Converts all Gateways of Istio's classes with their ListenerSets: one Istio Gateway for each listener (GatewayCollection). */
export function convertGateways(context: GatewayApiContext): ConvertedGateways {
  const result: ConvertedGateways = { gateways: [], parents: new Map() };
  for (const gateway of context.resources.list(`${gatewayGroup}/Gateway`)) {
    if (!isIstios(gateway, context)) continue;
    const accepted: JsonObject[] = [];
    convertListeners(gateway, gateway, accepted, context, result);
    for (const set of listenerSets(gateway, context)) convertListeners(set, gateway, accepted, context, result);
  }
  return result;
}

/** Whether a Gateway's class is one of Istio's. */
export function isIstios(gateway: Resource, context: GatewayApiContext): boolean {
  return controllerOf(gateway, context) === controllerName(context);
}

function controllerName(context: GatewayApiContext): string {
  return context.environment.text('PILOT_GATEWAY_API_CONTROLLER_NAME', 'istio.io/gateway-controller');
}

/** The controller of a Gateway's class; Istio's own class needs no GatewayClass object. */
function controllerOf(gateway: Resource, context: GatewayApiContext): string | undefined {
  const name = String(gateway.spec['gatewayClassName'] ?? '');
  const declared = context.resources.get(gatewayGroup, 'GatewayClass', '', name)?.spec['controllerName'];
  if (typeof declared === 'string') return declared;
  const own = context.environment.text('PILOT_GATEWAY_API_DEFAULT_GATEWAYCLASS_NAME', 'istio');
  return name === own ? controllerName(context) : undefined;
}

function convertListeners(
  owner: Resource,
  gateway: Resource,
  accepted: JsonObject[],
  context: GatewayApiContext,
  result: ConvertedGateways,
): void {
  const services = gatewayServices(gateway, context);
  if (services.length === 0) return;
  const { namespace, name } = owner.metadata;
  const parents: Parent[] = [];
  for (const listener of objects(owner.spec['listeners'])) {
    if (context.behaviour.listenerConflicts) {
      if (accepted.some((prior) => collides(listener, prior))) continue;
      accepted.push(listener);
    }
    const port = Number(listener['port'] || (listener['protocol'] === 'HTTPS' ? 443 : 80));
    const tls = listenerTls(listener, owner, gateway.spec, context);
    const protocol = String(listener['protocol'] ?? '');
    const withoutTls = tls === undefined && (protocol === 'HTTPS' || protocol === 'TLS');
    // A placeholder for the listeners of a ListenerSet.
    if (context.behaviour.listenerConflicts && withoutTls) continue;
    const sectionName = String(listener['name'] ?? '');
    const hosts = listenerHosts(listener, namespace, context);
    const server: JsonObject = {
      port: standsFor<JsonObject>({ name: 'default', number: port, protocol }, listener),
      hosts: standsFor(hosts, listener),
    };
    if (tls) server['tls'] = tls;
    const spec = standsFor<JsonObject>({ servers: [standsFor(server, listener)] }, owner.spec);
    const internalName = `${name}~${internalSuffix}~${sectionName}`;
    const annotations: Record<string, string> = {
      'internal.istio.io/parents': `${owner.kind}/${name}/${sectionName}.${namespace}`,
      'internal.istio.io/gateway-semantics': 'gateway',
      'internal.istio.io/gateway-service': services.join(','),
      'internal.istio.io/service-account-name': isManaged(gateway, context) ? serviceAccount(gateway) : '',
      ...(owner === gateway ? {} : { 'internal.istio.io/parent-namespace': gateway.metadata.namespace }),
    };
    const valid = tls !== null && isSupported(protocol, context);
    if (!valid && owner !== gateway) continue;
    if (valid) result.gateways.push(internalResource('Gateway', internalName, spec, annotations, owner));
    parents.push({
      internalName: `${namespace}/${internalName}`,
      allowedKinds: allowedKinds(listener),
      hosts,
      hostname: typeof listener['hostname'] === 'string' ? listener['hostname'] : '',
      sectionName,
      port,
      protocol,
    });
  }
  result.parents.set(`${owner.group}/${owner.kind}/${namespace}/${name}`, parents);
}

function isSupported(protocol: string, context: GatewayApiContext): boolean {
  if (protocol === 'HTTP' || protocol === 'HTTPS') return true;
  return (protocol === 'TCP' || protocol === 'TLS') && (context.behaviour.layer4Routes || context.alpha);
}

/** `namespace/hostname` for each namespace whose routes the listener takes (buildHostnameMatch). */
function listenerHosts(listener: JsonObject, local: string, context: GatewayApiContext): string[] {
  const hostname = typeof listener['hostname'] === 'string' ? listener['hostname'] : '*';
  const namespaces = section(section(listener, 'allowedRoutes'), 'namespaces');
  const from = namespaces['from'] ?? 'Same';
  if (from === 'Same') return [`${local}/${hostname}`];
  if (from === 'All' || !isObject(namespaces['selector'])) return [`*/${hostname}`];
  const selected = selectedNamespaces(namespaces['selector'], context);
  // A Gateway must have a host; namespace ~ matches none.
  return selected.length > 0 ? selected.map((namespace) => `${namespace}/${hostname}`) : [`~/${hostname}`];
}

function selectedNamespaces(selector: Record<string, unknown>, context: GatewayApiContext): string[] {
  return context.resources
    .list('Namespace')
    .filter(({ metadata }) =>
      matchesSelector(selector, { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }),
    )
    .map(({ metadata }) => metadata.name)
    .sort();
}

/** Kinds of routes that a listener takes, `group/kind` (GenerateGatewaySupportedKinds). */
function allowedKinds(listener: JsonObject): string[] {
  const byProtocol: Record<string, string[]> = {
    HTTP: ['HTTPRoute', 'GRPCRoute'],
    HTTPS: ['HTTPRoute', 'GRPCRoute'],
    TCP: ['TCPRoute'],
    TLS: section(listener, 'tls')['mode'] === 'Terminate' ? ['TLSRoute', 'TCPRoute'] : ['TLSRoute'],
  };
  const supported = (byProtocol[String(listener['protocol'])] ?? []).map((kind) => `${gatewayGroup}/${kind}`);
  const asked = objects(section(listener, 'allowedRoutes')['kinds']);
  if (asked.length === 0) return supported;
  const names = asked.map((item) => `${item['group'] ?? gatewayGroup}/${item['kind']}`);
  return supported.filter((kind) => names.includes(kind));
}

/** Hostnames of the Services that serve a Gateway (extractGatewayServices): those of its addresses, else its own. */
function gatewayServices(gateway: Resource, context: GatewayApiContext): string[] {
  const { namespace, annotations } = gateway.metadata;
  if (isManaged(gateway, context)) {
    const own = annotations['gateway.istio.io/name-override'] ?? defaultName(gateway);
    return [serviceHostname(own, namespace, context.domainSuffix)];
  }
  return objects(gateway.spec['addresses'])
    .filter((address) => address['type'] === 'Hostname')
    .map((address) => String(address['value']))
    .map((host) => (host.includes('.') ? host : serviceHostname(host, namespace, context.domainSuffix)));
}

/** Whether istiod deploys the Gateway's pods itself: it has no address, or an IP address only (IsManaged). */
export function isManaged(gateway: Resource, context: GatewayApiContext): boolean {
  const addresses = objects(gateway.spec['addresses']);
  if (!context.environment.flag('ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT', true) || addresses.length === 0) return true;
  return addresses.length === 1 && (addresses[0]?.['type'] ?? 'IPAddress') === 'IPAddress';
}

function defaultName(gateway: Resource): string {
  return `${gateway.metadata.name}-${gateway.spec['gatewayClassName']}`;
}

function serviceAccount(gateway: Resource): string {
  return gateway.metadata.annotations['gateway.istio.io/service-account'] ?? defaultName(gateway);
}

/** ListenerSets of a Gateway from namespaces that it allows, in their order of precedence. */
function listenerSets(gateway: Resource, context: GatewayApiContext): Resource[] {
  if (!context.behaviour.layer4Routes) return [];
  const { namespace, name } = gateway.metadata;
  const allowed = section(section(gateway.spec, 'allowedListeners'), 'namespaces');
  const isAllowed = (local: string): boolean => {
    if (allowed['from'] === 'All') return true;
    if (allowed['from'] === 'Same') return local === namespace;
    const selector = allowed['selector'];
    return (
      allowed['from'] === 'Selector' && isObject(selector) && selectedNamespaces(selector, context).includes(local)
    );
  };
  return context.resources
    .list(`${gatewayGroup}/ListenerSet`)
    .filter(({ spec, metadata }) => {
      const parent = section(spec, 'parentRef');
      return parent['name'] === name && (parent['namespace'] ?? metadata.namespace) === namespace;
    })
    .filter(({ metadata }) => isAllowed(metadata.namespace))
    .sort(byGatewayApiPrecedence);
}
