import { codes } from '../model/codes.ts';
import type { Message, Route, VirtualHost } from '../model/envoy.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, objects, valueAt } from '../model/json.ts';
import { type Origin, originsAt } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { findingOf, placeKey } from './finding.ts';
import { domainsOf, matchOrigin, virtualHosts } from './holders.ts';
import { type Never, neverMatches } from './language/never.ts';
import type { CompiledMesh, Rule } from './types.ts';

interface Impossible {
  place: Origin;
  never: Never;
  proxies: Set<Proxy>;
}

/** Matches of VirtualServices that no request can meet, whatever the other routes are. */
export const impossibleMatch: Rule = {
  name: 'impossible-match',
  codes: [codes.impossibleMatch],
  find(mesh) {
    const found = new Map<string, Impossible>();
    // Of a route for several hosts, one may be the authority's.
    const met = new Set<string>();
    for (const proxy of mesh.proxies)
      for (const { virtualHost } of virtualHosts(mesh, proxy))
        for (const route of virtualHost.routes ?? []) {
          const authority = authorityOf(route.match);
          const elsewhere = authority && !fitsHost(authority.text, virtualHost) ? authority.never : undefined;
          const never = neverMatches(route.match) ?? elsewhere;
          const place = never && placeIn(route, never);
          if (authority && !elsewhere) {
            const own = placeIn(route, authority.never);
            if (own) met.add(placeKey(own));
          }
          if (!place) continue;
          const known = found.get(placeKey(place)) ?? { place, never, proxies: new Set() };
          found.set(placeKey(place), known);
          known.proxies.add(proxy);
        }
    return [...found.values()]
      .filter(({ place, never }) => never.why !== 'authority' || !met.has(placeKey(place)))
      .map((it) => toFinding(mesh, it));
  },
};

/** The key of the VirtualService that says it: below the match, where the compiler knows. */
function placeIn(route: Route, { path, why }: Never): Origin | undefined {
  const whole = matchOrigin(route);
  if (whole?.resource.kind !== 'VirtualService') return undefined;
  const own = originsAt(route, ['match', ...path]).find(
    (it) => it.resource === whole.resource && it.path.length >= whole.path.length,
  );
  if (!own || why !== 'authority') return own ?? whole;
  return isObject(valueAt(own.resource.object, own.path)) ? { ...own, path: [...own.path, 'exact'] } : own;
}

/** The authority that a match asks for as a whole. */
function authorityOf(match: Message): { text: string; never: Never } | undefined {
  const headers = (match['headers'] ?? []) as Message[];
  const index = headers.findIndex((header) => header['name'] === ':authority' && header['invert_match'] !== true);
  const text = headers[index]?.['string_match']?.exact;
  return typeof text === 'string' ? { text, never: { path: ['headers', index], why: 'authority' } } : undefined;
}

/** Whether requests for an authority can come to a virtual host. */
function fitsHost(authority: string, host: VirtualHost): boolean {
  const name = authority.toLowerCase().replace(/:\d+$/, '');
  return domainsOf(host).some((domain) => {
    if (domain.startsWith('*')) return name.endsWith(domain.slice(1));
    return domain.endsWith('*') ? name.startsWith(domain.slice(0, -1)) : name === domain;
  });
}

const words = {
  slash: { message: 'whose path has no slash at its beginning', fix: 'begin the path with a slash.' },
  query: {
    message: 'whose path has a query or a fragment, which are no part of a path',
    fix: 'match the path alone, and the query by queryParams.',
  },
  empty: {
    message: 'whose regular expression fits no path',
    fix: 'begin it with a slash; it must fit the whole path.',
  },
  contradiction: {
    message: 'that asks for a header and excludes it',
    fix: 'remove one of the two, or make two matches of it.',
  },
  scheme: { message: 'whose scheme is in capitals', fix: 'write http or https.' },
  authority: {
    message: "whose authority is none of its hosts'",
    fix: 'write one of spec.hosts, or add the authority to them.',
  },
  case: { message: 'whose method is not in capitals', fix: 'write it in capitals, as clients send it.' },
} as const;

function toFinding(mesh: CompiledMesh, { place, never, proxies }: Impossible): Finding {
  const rule = { ...place, path: place.path.slice(0, 3) };
  const others = objects(valueAt(place.resource.object, [...rule.path, 'match'])).length > 1;
  return findingOf(mesh, {
    code: codes.impossibleMatch,
    kind: 'missing-route',
    severity: others || never.why === 'case' ? 'warning' : 'error',
    at: place,
    proxies,
    message: `has a match ${words[never.why].message}: no request meets it`,
    effect: 'the requests that it is meant for fall to the next route that matches, or get 404 NR.',
    fix: words[never.why].fix,
  });
}
