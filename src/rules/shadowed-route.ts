import { codes } from '../model/codes.ts';
import type { Route, VirtualHost } from '../model/envoy.ts';
import type { Finding } from '../model/finding.ts';
import { type Path, valueAt } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { resourceName } from '../model/resource.ts';
import { findingOf, placeKey } from './finding.ts';
import { domainsOf, matchOrigin, virtualHosts, virtualServiceOf } from './holders.ts';
import { shadowedRoutes } from './language/shadow.ts';
import { requestsOf, routeInWords } from './request-words.ts';
import { rootOf } from './shadowed-delegate.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** An http rule, or one of its matches, as one proxy has it. */
interface Held {
  place: Origin;
  route: Route;
  /** The routes that take all its requests, in each virtual host where that is so. */
  takers: Route[];
  /** A virtual host where it can still match. */
  alive: boolean;
  /** Domains of virtual hosts where it cannot. */
  domains: string[];
}

/**
 * Routes that an earlier one of the same virtual host takes all requests of, proven by their matchers; on a gateway also
 * across VirtualServices. A rule that can still match in one virtual host of a proxy is alive there.
 */
export const shadowedRoute: Rule = {
  name: 'shadowed-route',
  codes: [codes.shadowedRoute, codes.shadowedAlike],
  find(mesh) {
    const found = new Map<string, { dead: Held; rule: boolean; proxies: Set<Proxy> }>();
    for (const proxy of mesh.proxies)
      for (const { place, rule, held } of deadIn(mesh, proxy)) {
        const key = placeKey(place);
        const known = found.get(key) ?? { dead: { ...held, place }, rule, proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy);
      }
    const services = mesh.registry.resources('VirtualService');
    const rules = [...found.values()].filter(({ dead, rule }) => rule && !dead.alive);
    const whole = rules.map(({ dead: { place, takers } }) => ({
      place,
      takers: takers.map((taker) => matchOrigin(taker)?.resource),
    }));
    const findings = new Map<string, Finding>();
    for (const it of found.values()) {
      const name = virtualServiceOf(it.dead.route);
      const root = services.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
      const place = (rules.includes(it) ? rootOf(root, it.dead.place, whole) : undefined) ?? it.dead.place;
      const key = placeKey(place);
      if (!findings.has(key)) findings.set(key, toFinding(mesh, { ...it.dead, place }, it.rule, it.proxies));
    }
    return [...findings.values()];
  },
};

const memo = new WeakMap<CompiledMesh, Map<string, Map<number, number[]>>>();

/** Proxies mostly have equal routes, though not the same objects: each list of matches is judged once. */
function shadowedIn(mesh: CompiledMesh, routes: readonly Route[]): Map<number, Route[]> {
  const byMatches = memo.get(mesh) ?? new Map<string, Map<number, number[]>>();
  memo.set(mesh, byMatches);
  const key = JSON.stringify(routes.map(({ match }) => match));
  const known =
    byMatches.get(key) ??
    new Map([...shadowedRoutes(routes)].map(([index, takers]) => [index, takers.map((it) => routes.indexOf(it))]));
  byMatches.set(key, known);
  return new Map([...known].map(([index, takers]) => [index, takers.map((it) => routes[it] as Route)]));
}

/** A route of a virtual host with its places, and the routes that take all its requests. */
interface Judged {
  place: Origin;
  placeKey: string;
  ruleKey: string;
  route: Route;
  takers: Route[] | undefined;
}

const judgedHosts = new WeakMap<VirtualHost, Judged[]>();

/** The routes of a virtual host, which proxies share: judged once. */
function judged(mesh: CompiledMesh, host: VirtualHost): Judged[] {
  const known = judgedHosts.get(host);
  if (known) return known;
  const routes = host.routes ?? [];
  const shadowed = shadowedIn(mesh, routes);
  const found = routes.flatMap((route, index): Judged[] => {
    const place = matchOrigin(route);
    const rule = place && { ...place, path: rulePath(place.path) };
    if (!place || !rule || rule.path.length === 0) return [];
    const takers = shadowed.get(index);
    return [{ place, placeKey: placeKey(place), ruleKey: placeKey(rule), route, takers }];
  });
  judgedHosts.set(host, found);
  return found;
}

/** Dead rules of a proxy; where only some matches of a rule are dead, those. */
function deadIn(mesh: CompiledMesh, proxy: Proxy): { place: Origin; rule: boolean; held: Held }[] {
  const all = virtualHosts(mesh, proxy).map(({ virtualHost }) => ({
    list: judged(mesh, virtualHost),
    domains: domainsOf(virtualHost),
  }));
  const suspects = new Set(
    all.flatMap(({ list }) => list.filter(({ takers }) => takers).map(({ ruleKey }) => ruleKey)),
  );
  if (suspects.size === 0) return [];
  const rules = new Map<string, Map<string, Held>>();
  for (const { list, domains } of all)
    for (const { place, placeKey: key, ruleKey, route, takers } of list) {
      if (!suspects.has(ruleKey)) continue;
      const matches = rules.get(ruleKey) ?? new Map<string, Held>();
      rules.set(ruleKey, matches);
      const known = matches.get(key) ?? { place, route, takers: [], alive: false, domains: [] };
      matches.set(key, known);
      known.takers.push(...(takers ?? []));
      if (takers) known.domains.push(...domains);
      known.alive ||= takers === undefined;
    }
  return [...rules.values()].flatMap((matches): { place: Origin; rule: boolean; held: Held }[] => {
    const all = [...matches.values()];
    const dead = all.filter(({ alive }) => !alive);
    const [first] = dead;
    if (!first) return partlyDead(all);
    if (dead.length < all.length || dead.length < matchesOf(first.place))
      return dead.map((held) => ({ place: held.place, rule: false, held }));
    const place = { ...first.place, path: rulePath(first.place.path) };
    return [{ place, rule: true, held: { ...first, takers: dead.flatMap(({ takers }) => takers) } }];
  });
}

/**
 * A rule of which some hosts have every request taken by other VirtualServices, on a gateway that joins them: its author
 * wrote it for those hosts, too.
 */
function partlyDead(matches: readonly Held[]): { place: Origin; rule: boolean; held: Held }[] {
  const [first] = matches;
  if (!first) return [];
  const own = first.place.resource;
  // That a more specific host has routes of its own is how an exception from a wildcard is made.
  const written = own.spec['hosts'];
  const named = new Set(Array.isArray(written) ? written.map((host) => String(host).toLowerCase()) : []);
  const domains = first.domains.filter(
    (domain) => named.has(domain) && matches.every((it) => it.domains.includes(domain)),
  );
  const foreign = matches.every(({ takers }) => takers.every((taker) => matchOrigin(taker)?.resource !== own));
  if (domains.length === 0 || !foreign) return [];
  const takers = matches.flatMap((it) => it.takers);
  return [
    { place: { ...first.place, path: rulePath(first.place.path) }, rule: true, held: { ...first, takers, domains } },
  ];
}

/** How many matches the rule has; 1 for a rule without. */
function matchesOf({ resource, path }: Origin): number {
  const matches =
    valueAt(resource.object, [...rulePath(path), 'match']) ?? valueAt(resource.object, [...rulePath(path), 'matches']);
  return Array.isArray(matches) ? Math.max(1, matches.length) : 1;
}

/** `spec.http[2]` of `spec.http[2].match[0].uri`; [] for what is no rule's. */
function rulePath(path: Path): Path {
  return (path[1] === 'http' || path[1] === 'rules') && typeof path[2] === 'number' ? path.slice(0, 3) : [];
}

function toFinding(mesh: CompiledMesh, dead: Held, rule: boolean, proxies: Set<Proxy>): Finding {
  const { route, place } = dead;
  const takers = [...new Set(dead.takers)];
  const alike = takers.every((taker) => sameAction(taker, route));
  const [first] = takers;
  const origin = first && matchOrigin(first);
  // One match may be several Envoy routes, of the same name in words.
  const names = [...new Set(takers.map(routeInWords))];
  const by = names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(' and ');
  const [takes, does] = names.length === 1 ? ['takes', 'does'] : ['take', 'do'];
  const where = origin && origin.resource !== place.resource ? ` of ${resourceName(origin.resource)}` : '';
  return findingOf(mesh, {
    code: alike ? codes.shadowedAlike : codes.shadowedRoute,
    kind: 'shadowed',
    severity: alike ? 'info' : rule && !dead.alive ? 'error' : 'warning',
    at: place,
    proxies,
    message: `has a ${rule ? 'route' : 'match'} that no request reaches${dead.alive ? ` at ${[...new Set(dead.domains)].join(', ')}` : ''}: ${requestsOf(route)}`,
    effect: alike
      ? `none: ${by}${where} ${takes} its requests and ${does} the same with them.`
      : `its requests are taken by ${by}${where}.`,
    fix:
      where === ''
        ? `put it before the route${names.length === 1 ? '' : 's'} that ${takes} its requests, or remove it.`
        : 'put both into one VirtualService, the narrower route first.',
    related: origin ? [{ message: 'taken by this one', at: origin }] : [],
  });
}

/** Whether both do the same with a request: everything but what they match, and their names. */
function sameAction(a: Route, b: Route): boolean {
  const action = ({ name: _, match: __, metadata: ___, decorator: ____, stat_prefix: _____, ...rest }: Route): string =>
    JSON.stringify(rest);
  return action(a) === action(b);
}
