import type { Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';
import type { Path } from '../../model/json.ts';
import { type RouteMatch, routeMatch } from '../match/route-match.ts';
import type { HttpRequest } from '../request.ts';
import { Unpredictable } from '../unpredictable.ts';
import { type VirtualHostIndex, virtualHostIndex } from './virtual-host.ts';

/** Where a request ends in a route configuration. */
export interface RouteFound {
  virtualHost?: VirtualHost;
  /** Index in `virtual_hosts`. */
  virtualHostIndex?: number;
  route?: Route;
  /** Index in the virtual host's `routes`. */
  routeIndex?: number;
  match?: RouteMatch;
  /** The virtual host wants TLS and the request has none. */
  needsTls?: boolean;
  /** Set where an earlier route may be taken as well. */
  unpredictable?: Unpredictable;
}

/** A route that the request passed by. */
export interface Lost {
  route: Route;
  /** Below the route configuration, as far as to the matcher that said no. */
  path: Path;
  why: string;
}

/** A route configuration prepared for many requests. Prepared parts are made when they are first needed. */
export class RouteTable {
  readonly config: RouteConfiguration;
  readonly #index: VirtualHostIndex;
  readonly #matches: (RouteMatch[] | undefined)[] = [];

  private constructor(config: RouteConfiguration) {
    this.config = config;
    this.#index = virtualHostIndex(config);
  }

  /** The table of a configuration; one is kept as long as its configuration. */
  static of(config: RouteConfiguration): RouteTable {
    let table = tables.get(config);
    if (!table) {
      table = new RouteTable(config);
      tables.set(config, table);
    }
    return table;
  }

  /** The first route whose conditions all hold (VirtualHostImpl::getRouteFromEntries). */
  find(request: HttpRequest): RouteFound {
    const index = this.#index(request.authority);
    const virtualHost = index === undefined ? undefined : this.config.virtual_hosts?.[index];
    if (index === undefined || !virtualHost) return {};
    const found: RouteFound = { virtualHost, virtualHostIndex: index };
    if (needsTls(virtualHost, request)) return { ...found, needsTls: true };
    const routes = virtualHost.routes ?? [];
    const matches = this.#prepared(index, routes);
    let unpredictable: Unpredictable | undefined;
    for (let i = 0; i < matches.length; i++) {
      const match = matches[i] as RouteMatch;
      const verdict = match.test(request);
      if (verdict === false) continue;
      if (verdict === true) {
        found.route = routes[i];
        found.routeIndex = i;
        found.match = match;
        break;
      }
      unpredictable ??= new Unpredictable(`route ${routes[i]?.name ?? i}: ${verdict.reason}`);
    }
    if (unpredictable) found.unpredictable = unpredictable;
    return found;
  }

  /** Why each route before the one found (or each of them all) was not taken. */
  lost(request: HttpRequest, found: RouteFound): Lost[] {
    const { virtualHost, virtualHostIndex: index } = found;
    if (!virtualHost || index === undefined || found.needsTls) return [];
    const routes = virtualHost.routes ?? [];
    const matches = this.#prepared(index, routes);
    return routes.slice(0, found.routeIndex ?? routes.length).flatMap((route, i) => {
      const match = matches[i] as RouteMatch;
      const verdict = match.test(request);
      if (verdict instanceof Unpredictable) return [];
      const { why, at } = match.why(request);
      return [{ route, why, path: ['virtual_hosts', index, 'routes', i, 'match', ...at] }];
    });
  }

  #prepared(index: number, routes: readonly Route[]): RouteMatch[] {
    let matches = this.#matches[index];
    if (!matches) {
      matches = routes.map((route) => routeMatch(route.match ?? {}));
      this.#matches[index] = matches;
    }
    return matches;
  }
}

const tables = new WeakMap<RouteConfiguration, RouteTable>();

/** `require_tls` looks at x-forwarded-proto, which is the scheme unless a trusted hop said otherwise. */
function needsTls(virtualHost: VirtualHost, request: HttpRequest): boolean {
  const mode = virtualHost['require_tls'];
  if (mode === undefined || mode === 'NONE') return false;
  const [proto = request.scheme] = request.headers.get('x-forwarded-proto') ?? [];
  return proto !== 'https';
}
