import type { Json, JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import { serviceHostname } from '../hostname.ts';
import { objects, strings } from '../objects.ts';
import { InvalidRule, type RouteSource } from './backend.ts';
import { type GatewayApiContext, internalSuffix } from './context.ts';
import { sortHttpRoutes } from './http-order.ts';
import { httpRule } from './http-rule.ts';
import { internalResource } from './internal-resource.ts';
import {
  atPort,
  compatibleSniHosts,
  intersectHosts,
  isNowhere,
  layer4Rule,
  parentSniHosts,
  withSniHosts,
} from './layer4-rule.ts';
import { grpcMatch, httpMatch } from './match.ts';
import { type Attachment, attachments, belongsToListener, type ParentsByOwner } from './parent.ts';

/** A VirtualService of one route for one host, before those of other routes are merged into it. */
export interface BaseVirtualService {
  /** What routes share that are merged: gateway or namespace and port, and host. */
  key: string;
  hosts: string[];
  gateways: string[];
  http: JsonObject[];
  route: Resource;
}

/** An HTTPRoute's or GRPCRoute's VirtualServices, one for each parent and host (HTTPRouteCollection). */
export function httpVirtualServices(
  route: Resource,
  parents: ParentsByOwner,
  context: GatewayApiContext,
): BaseVirtualService[] {
  const { namespace } = route.metadata;
  const rules = ruleCache(route, (source) => httpRules(route, source, context));
  return attachments(route, parents, context).flatMap((attachment): BaseVirtualService[] => {
    const { parent, reference } = attachment;
    const mesh = parent.internalName === 'mesh';
    const port = mesh ? reference['port'] : undefined;
    let http = rules(!mesh);
    if (port !== undefined) http = http.map((rule) => atPort(rule, port));
    if (http.length === 0) return [];
    const hosts = mesh ? parentHosts(attachment, context) : hostnamesOf(route);
    const scope = mesh ? `${namespace}${port === undefined ? '' : `/${port}`}` : parent.internalName;
    return hosts
      .filter((host) => belongsToListener(attachment, host))
      .map((host) => ({
        key: `${scope}/${host}`,
        hosts: [host],
        gateways: [parent.internalName],
        http: sortHttpRoutes(http),
        route,
      }));
  });
}

/** A TCPRoute's or TLSRoute's VirtualServices (TCPRouteCollection, TLSRouteCollection). */
export function layer4VirtualServices(
  route: Resource,
  parents: ParentsByOwner,
  context: GatewayApiContext,
): Resource[] {
  const tls = route.kind === 'TLSRoute';
  const rules = ruleCache(route, (source) =>
    objects(route.spec['rules']).map((rule) => layer4Rule(rule, source, context)),
  );
  const results = attachments(route, parents, context).flatMap((attachment) => {
    const { parent, reference } = attachment;
    const mesh = parent.internalName === 'mesh';
    let hosts = mesh ? parentHosts(attachment, context) : tls ? hostnamesOf(route) : ['*'];
    let list = rules(!mesh);
    if (tls) list = list.map((rule) => withServerNames(rule, route));
    if (tls && mesh) list = list.map((rule) => parentSniHosts(rule, hosts));
    if (mesh && reference['port'] !== undefined) list = list.map((rule) => atPort(rule, reference['port']));
    if (tls && !mesh && parent.hostname !== '' && context.behaviour.narrowTlsHosts) {
      hosts = intersectHosts(hosts, [parent.hostname]);
      list = list
        .map((rule) => withSniHosts(rule, (names) => intersectHosts(names, [parent.hostname])))
        .filter((rule) => objects(rule['match']).some((match) => strings(match['sniHosts']).length > 0));
    }
    return hosts.map((host) => ({
      hosts: [host],
      gateways: [parent.internalName],
      [tls ? 'tls' : 'tcp']: tls && mesh ? list.map((rule) => compatibleSniHosts(rule, host)) : list,
    }));
  });
  return results.map((spec, index) => {
    const name = `${route.metadata.name}~${tls ? 'tls' : 'tcp'}~${index}~${internalSuffix}`;
    return virtualService(name, spec as unknown as JsonObject, route);
  });
}

/** The internal VirtualService of a route, or of several merged into the first. */
export function virtualService(name: string, spec: JsonObject, route: Resource, parents = parentName(route)): Resource {
  const annotations = { 'internal.istio.io/parents': parents, 'internal.istio.io/route-semantics': 'gateway' };
  return internalResource('VirtualService', name, standsFor(spec, route.spec), annotations, route);
}

export function parentName(route: Resource): string {
  return `${route.kind}/${route.metadata.name}.${route.metadata.namespace}`;
}

/** Rules with a ReferenceGrant asked for or not, each converted once; one invalid rule loses them all. */
function ruleCache(
  route: Resource,
  convert: (source: RouteSource) => JsonObject[],
): (enforceGrants: boolean) => JsonObject[] {
  const known = new Map<boolean, JsonObject[]>();
  return (enforceGrants) => {
    let rules = known.get(enforceGrants);
    if (!rules) {
      const source = { kind: `${route.group}/${route.kind}`, namespace: route.metadata.namespace, enforceGrants };
      try {
        rules = convert(source);
      } catch (error) {
        if (!(error instanceof InvalidRule)) throw error;
        rules = [];
      }
      known.set(enforceGrants, rules);
    }
    return rules;
  };
}

/** What the API server fills in for the matches of an HTTPRoute's rule. */
const defaultMatches: Json = [{ path: { type: 'PathPrefix', value: '/' } }];

function httpRules(route: Resource, source: RouteSource, context: GatewayApiContext): JsonObject[] {
  const { namespace, name } = route.metadata;
  const grpc = route.kind === 'GRPCRoute';
  return objects(route.spec['rules']).flatMap((rule, index) => {
    const ruleName = typeof rule['name'] === 'string' ? rule['name'] : `${namespace}.${name}.${index}`;
    const listed = rule['matches'] ?? (grpc ? [] : standsFor(structuredClone(defaultMatches) as object, rule));
    const matches = objects(listed).map((match) => {
      const placed = rule['matches'] === undefined ? standsFor(match, rule) : match;
      return grpc ? grpcMatch(placed) : httpMatch(placed);
    });
    // Each match becomes a route of its own, so that all of them can be put in order.
    return (matches.length > 0 ? matches : [undefined]).map((match) =>
      httpRule(rule, match, ruleName, source, context),
    );
  });
}

function withServerNames(rule: JsonObject, route: Resource): JsonObject {
  // A rule without backends has no match either.
  if (isNowhere(rule)) return rule;
  const match = standsFor<JsonObject>({ sniHosts: hostnamesOf(route) }, route.spec['hostnames'] as object | undefined);
  return standsFor<JsonObject>({ match: [match], ...rule }, rule);
}

function hostnamesOf(route: Resource): string[] {
  const hostnames = strings(route.spec['hostnames']);
  return hostnames.length > 0 ? hostnames : ['*'];
}

/** Hosts of a Service or ServiceEntry that a route is attached to. */
function parentHosts({ kind, namespace, reference }: Attachment, context: GatewayApiContext): string[] {
  const name = String(reference['name']);
  if (kind === '/Service') return [serviceHostname(name, namespace, context.domainSuffix)];
  return strings(context.resources.get('networking.istio.io', 'ServiceEntry', namespace, name)?.spec['hosts']);
}
