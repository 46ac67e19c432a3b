import type { Message } from '../../model/envoy.ts';
import { objects, type Path } from '../../model/json.ts';
import { percent, share } from '../percent.ts';
import { type HttpRequest, headerOf } from '../request.ts';
import { Unpredictable, type Verdict } from '../unpredictable.ts';
import type { Condition } from './condition.ts';
import { headerMatch } from './header-match.ts';
import { metadataMatch } from './metadata-match.ts';
import { type PathMatch, pathMatch } from './path-match.ts';
import { queryMatch } from './query-match.ts';

/** A condition with its place below the RouteMatch. */
interface Placed extends Condition<HttpRequest> {
  at: Path;
}

/** A prepared RouteMatch. */
export interface RouteMatch {
  path: PathMatch;
  test(request: HttpRequest): Verdict;
  /** The first condition that fails, with the place below `match` that says it. */
  why(request: HttpRequest): { why: string; at: Path };
}

/** Prepares `route.v3.RouteMatch` (Envoy's RouteEntryImplBase::matchRoute): all conditions must hold. */
export function routeMatch(match: Message): RouteMatch {
  const path = pathMatch(match);
  const conditions: Placed[] = [{ ...path, at: [pathField(match)] }];
  const place = (condition: Condition<HttpRequest>, ...at: (string | number)[]) =>
    conditions.push({ ...condition, at });
  for (const [index, it] of objects(match['headers']).entries()) place(headerMatch(it), 'headers', index);
  for (const [index, it] of objects(match['query_parameters']).entries())
    place(queryMatch(it), 'query_parameters', index);
  for (const [index, it] of objects(match['dynamic_metadata']).entries())
    place(metadataMatch(it), 'dynamic_metadata', index);
  if (match['grpc']) place(grpc, 'grpc');
  if (match['tls_context']) place(clientCertificate, 'tls_context');
  if (match['runtime_fraction']) place(byChance(match['runtime_fraction']['default_value']), 'runtime_fraction');
  if (match['filter_state']) place(filterState, 'filter_state');
  const [first] = conditions;
  return {
    path,
    test:
      conditions.length === 1 && first
        ? (request) => first.test(request)
        : (request) => {
            let open: Verdict = true;
            for (const condition of conditions) {
              const verdict = condition.test(request);
              if (verdict === false) return false;
              if (verdict !== true) open = verdict;
            }
            return open;
          },
    why(request) {
      const failed = conditions.find((condition) => condition.test(request) === false);
      return failed ? { why: failed.why(request), at: failed.at } : { why: 'it matches', at: [] };
    },
  };
}

const pathFields = ['path', 'prefix', 'path_separated_prefix', 'safe_regex', 'path_match_policy', 'connect_matcher'];

function pathField(match: Message): string {
  return pathFields.find((field) => match[field] !== undefined) ?? 'prefix';
}

/** Whether a request is one of gRPC (Grpc::Common::isGrpcRequestHeaders). */
export function isGrpc(request: HttpRequest): boolean {
  return request.path !== '' && /^application\/grpc(\+|$)/.test(headerOf(request, 'content-type') ?? '');
}

const grpc: Condition<HttpRequest> = {
  test: isGrpc,
  why: () => 'the request is not gRPC: no content-type application/grpc',
};

const clientCertificate: Condition<HttpRequest> = {
  test: () => new Unpredictable('the route asks for a property of the client certificate'),
  why: () => '',
};

const filterState: Condition<HttpRequest> = {
  test: () => new Unpredictable('the route asks for state that a filter sets'),
  why: () => '',
};

function byChance(fraction: Message | undefined): Condition<HttpRequest> {
  const part = share(fraction);
  const verdict: Verdict =
    part >= 1 ? true : part <= 0 ? false : new Unpredictable(`chance takes the route for ${percent(part)} of requests`);
  return { test: () => verdict, why: () => 'its runtime fraction is 0 %' };
}
