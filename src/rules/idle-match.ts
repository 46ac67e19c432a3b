import { isCatchAll, routeMatch } from '../compile/route/http/match.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Service, VirtualService } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { isAssumed } from './assumed.ts';
import { type Fault, findingOf, placeKey } from './finding.ts';
import { holdersOf, matchOrigin, virtualHosts } from './holders.ts';
import { meantHolders } from './meant-holders.ts';
import { runsElsewhere } from './selected-proxies.ts';
import { type DeadRule, rootOf } from './shadowed-delegate.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';
import { writtenVirtualServices } from './virtual-services.ts';

const speaksHttp = /^(HTTP|HTTP2|GRPC|GRPC-Web|HTTP_PROXY)$/;

/**
 * Routes of a VirtualService in use that are in none of its proxies: what follows a catch-all of the same VirtualService
 * (istiod leaves it out), a `port` that nothing listens on, a source or gateway that is nobody's.
 */
export const idleMatch: Rule = {
  name: 'idle-match',
  codes: [codes.shadowedRoute, codes.matchForNoPort, codes.matchForNoSource],
  find(mesh) {
    const used = usedMatches(mesh);
    const found = new Map<string, Finding>();
    for (const service of writtenVirtualServices(mesh.registry)) {
      const held = holdersOf(mesh, service);
      // Where no proxy has any of its routes, that is told here only if each of its matches is idle by itself.
      const holders = held.size > 0 ? held : meantHolders(mesh, service);
      if (holders.size === 0 || (held.size === 0 && !isWhollyIdle(mesh, service, holders))) continue;
      for (const finding of idleIn(mesh, service, used, holders))
        found.set(`${finding.resource} ${finding.field}`, finding);
    }
    return [...found.values()];
  },
};

/** Whether every http route has matches, and each of them holds for nobody. */
function isWhollyIdle(mesh: CompiledMesh, service: VirtualService, holders: Set<Proxy>): boolean {
  const routes = objects(service.spec['http']).map((http) => objects(http['match']));
  return (
    routes.length > 0 &&
    routes.every((matches) => matches.length > 0 && matches.every((match) => whyIdle(mesh, service, match, holders)))
  );
}

function usedMatches(mesh: CompiledMesh): Set<string> {
  const used = new Set<string>();
  const seen = new Set<object>();
  for (const proxy of mesh.proxies)
    for (const { virtualHost } of virtualHosts(mesh, proxy))
      for (const route of virtualHost.routes ?? []) {
        if (seen.has(route)) continue;
        seen.add(route);
        const place = matchOrigin(route);
        if (place) used.add(placeKey(place));
      }
  return used;
}

function idleIn(mesh: CompiledMesh, service: VirtualService, used: Set<string>, holders: Set<Proxy>): Finding[] {
  const found: Finding[] = [];
  const report = (place: Origin, fault: Omit<Fault, 'at' | 'proxies'>): void => {
    found.push(findingOf(mesh, { ...fault, at: place, proxies: holders }));
  };
  let taker: { place: Origin; name: string } | undefined;
  const dead: DeadRule[] = [];
  for (const http of objects(service.spec['http'])) {
    const rule = placeOf(http);
    if (!rule) continue;
    if (taker) {
      dead.push({ place: rule, takers: [taker.place.resource] });
      continue;
    }
    const matches = objects(http['match']);
    for (const match of matches) {
      const place = placeOf(match);
      const why = place && !used.has(placeKey(place)) ? whyIdle(mesh, service, match, holders) : undefined;
      if (place && why) report({ ...place, path: [...place.path, why.key] }, why.fault);
    }
    if (matches.length === 0 || matches.some((match) => takesAll(service, match)))
      taker = { place: rule, name: String(http['name'] ?? '') };
  }
  if (taker) for (const { place } of dead) report(rootOf(service.resource, place, dead) ?? place, afterCatchAll(taker));
  return found;
}

function afterCatchAll(taker: { place: Origin; name: string }): Omit<Fault, 'at' | 'proxies'> {
  return {
    code: codes.shadowedRoute,
    kind: 'shadowed',
    severity: 'error',
    message: 'has a route that no request reaches, because an earlier one takes everything',
    effect: `it is in no proxy: ${taker.name === '' ? 'the route without a match' : `route ${taker.name}`} before it takes every request.`,
    fix: 'put it before the route that takes everything, or remove it.',
    related: [{ message: 'takes every request', at: taker.place }],
  };
}

/** A match that holds in every proxy and on every port, and takes every request. */
function takesAll(service: VirtualService, match: JsonObject): boolean {
  const conditional = ['port', 'gateways', 'sourceLabels', 'sourceNamespace'].some((key) => match[key] !== undefined);
  return !conditional && isCatchAll({ match: routeMatch(service, match) });
}

function whyIdle(
  mesh: CompiledMesh,
  service: VirtualService,
  match: JsonObject,
  holders: Set<Proxy>,
): { key: string; fault: Omit<Fault, 'at' | 'proxies'> } | undefined {
  const gateways = Array.isArray(match['gateways']) ? match['gateways'].map(String) : [];
  if (gateways.length > 0 && !gateways.some((it) => service.gateways.includes(it)))
    return {
      key: 'gateways',
      fault: {
        code: codes.matchForNoSource,
        kind: 'missing-route',
        severity: 'error',
        message: `matches gateway ${gateways.join(', ')}, which the VirtualService is not bound to`,
        effect:
          'the match is in no proxy; its requests fall to the next that matches, or go as if there were no route.',
        fix: 'add the gateway to spec.gateways, or drop it from the match.',
      },
    };
  const port = Number(match['port'] ?? 0);
  if (port !== 0 && !listensOn(mesh, service, port, gateways))
    return {
      key: 'port',
      fault: {
        code: codes.matchForNoPort,
        kind: 'missing-route',
        severity: 'error',
        message: `matches port ${port}, which none of its hosts listens on`,
        effect:
          'the match is in no proxy; its requests fall to the next that matches, or go as if there were no route.',
        fix: "write one of the Service's ports, or drop the port.",
      },
    };
  const labels = isObject(match['sourceLabels']) ? (match['sourceLabels'] as Record<string, string>) : {};
  const namespace = match['sourceNamespace'];
  const fromSomebody = mesh.registry.proxies.some(
    (proxy) => matchesLabels(labels, proxy.labels) && (!namespace || proxy.namespace === namespace),
  );
  if (gateways.length > 0 || fromSomebody || holders.size === 0) return undefined;
  const callers = typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
  const { unsure } = unseen(mesh.registry, 'has them');
  const later = unsure || (Object.keys(labels).length > 0 && runsElsewhere(mesh.registry, labels, callers));
  return {
    key: match['sourceLabels'] === undefined ? 'sourceNamespace' : 'sourceLabels',
    fault: {
      code: codes.matchForNoSource,
      kind: 'missing-route',
      // A workload that is scaled to zero, or of a cluster that was not read, may call later.
      severity: later ? 'info' : 'warning',
      message: 'matches a source that no workload is',
      effect: 'the match is in no proxy; requests go on to what follows it.',
      fix: 'correct the labels or the namespace, if the source is meant to exist.',
    },
  };
}

/** Whether a host of the VirtualService, or a server of its Gateways, has the port. */
function listensOn({ registry }: CompiledMesh, service: VirtualService, port: number, only: string[]): boolean {
  const gateways = only.length > 0 ? only : service.gateways;
  const servers = registry
    .resources('Gateway')
    .flatMap(({ metadata, spec }) =>
      gateways.includes(`${metadata.namespace}/${metadata.name}`) ? objects(spec['servers']) : [],
    );
  if (servers.some((server) => isObject(server['port']) && server['port']['number'] === port)) return true;
  if (!gateways.includes('mesh')) return false;
  return service.hosts.some((host) => {
    const services = registry.serviceByHostname(host);
    // A host that is no service's is served on every port.
    if (services.length === 0 || services.some((it) => isAssumed(registry, it) || hasPort(it, port))) return true;
    // Sidecars answer on port 80 for what has no declared port of HTTP of its own: who writes that port means just that.
    return port === 80 && !services.some(({ ports }) => ports.some(({ protocol }) => speaksHttp.test(protocol)));
  });
}

function hasPort({ ports }: Service, port: number): boolean {
  return ports.some((own) => own.port === port);
}
