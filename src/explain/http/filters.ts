import type { Message } from '../../model/envoy.ts';
import { type JsonObject, objects, ownValue } from '../../model/json.ts';
import type { FilterVerdict } from '../hop.ts';
import { metadataMatch } from '../match/metadata-match.ts';
import { localReply, type Outcome, open } from '../outcome.ts';
import { share } from '../percent.ts';
import type { HttpRequest } from '../request.ts';
import { judgeTokens } from '../security/jwt-filter.ts';
import { judgeRules, type Subject } from '../security/rbac.ts';
import { answersPreflight } from './cors.ts';
import { judgeFault } from './fault.ts';
import { filterConfig, type Levels, typeOf } from './filter-config.ts';

/** What the filters before the router made of a request. */
export interface FilterWalk {
  /** Set where a filter answered, so that the router is not reached. */
  outcome?: Outcome;
  verdicts: FilterVerdict[];
  /** What chance, other servers or the traffic before may do besides. */
  chances: Chance[];
  /** Delays that chance may make: they change the flag alone. */
  delays: string[];
  assumes: string[];
  /** Flags that the request has from filters (DI). */
  flags: string[];
  /** A filter learnt claims, so the route is chosen again. */
  rerouted: boolean;
  /** The request as filters leave it. */
  request: HttpRequest;
}

/** Something that may keep a request from the router, and what is answered then, where that is known. */
interface Chance {
  words: string;
  end?: Outcome;
}

interface State extends FilterWalk {
  subject: Subject;
  now: number | undefined;
}

/** Passes a request through HTTP filters in order; `subject.metadata` collects what they learn. */
export function walkFilters(
  filters: readonly Message[],
  levels: Levels,
  request: HttpRequest,
  subject: Subject,
  now: number | undefined,
): FilterWalk {
  const state: State = {
    verdicts: [],
    chances: [],
    delays: [],
    assumes: [],
    flags: [],
    rerouted: false,
    subject,
    request,
    now,
  };
  for (const filter of filters) {
    const config = filterConfig(filter, levels);
    if (!config) continue;
    const type = typeOf(config);
    const judge = ownValue(judges, type);
    if (judge) state.outcome = judge(config, filter, state);
    else if (!harmless.has(type)) state.assumes.push(`filter ${filter['name']} lets the request pass`);
    if (state.outcome) break;
  }
  return state;
}

/** Filters that never keep a request from the router, nor change what it looks at. */
const harmless = new Set([
  'Router',
  'FilterConfig',
  'GrpcStats',
  'GrpcWeb',
  'PluginConfig',
  'Compressor',
  'Decompressor',
  'SetFilterState',
  'HeaderToMetadata',
  'Config',
  'PeerMetadataConfig',
  'AlpnFilterConfig',
  'StatefulSession',
  'StatefulSessionPerRoute',
  'OnDemand',
  'DynamicForwardProxyConfig',
]);

type Judge = (config: Message, filter: Message, state: State) => Outcome | undefined;

const judges: Record<string, Judge> = {
  RBAC: judgeRbac,
  RBACPerRoute: (config, filter, state) => (config['rbac'] ? judgeRbac(config['rbac'], filter, state) : undefined),
  JwtAuthentication(config, filter, state) {
    const result = judgeTokens(config, state.request, state.now);
    if (result.unpredictable) return open(result.unpredictable.reason);
    if (result.metadata) {
      state.subject.metadata['envoy.filters.http.jwt_authn'] = result.metadata;
      state.rerouted = true;
      if (result.request) state.request = { ...result.request, metadata: state.request.metadata };
      state.verdicts.push({ filter: filter['name'], verdict: 'allowed', words: 'the token is valid' });
    }
    if (result.status === undefined) return undefined;
    state.verdicts.push({ filter: filter['name'], verdict: 'denied', words: result.body ?? '' });
    return localReply(result.status, `jwt_authn_access_denied{${result.body?.replaceAll(' ', '_')}}`, '-', {
      body: result.body,
    });
  },
  HTTPFault(config, filter, state) {
    const fault = judgeFault(config, state.request);
    state.delays.push(...fault.delays);
    for (const { words, status } of fault.aborts)
      state.chances.push({ words, end: localReply(status, 'fault_filter_abort', [...state.flags, 'FI'].join(',')) });
    if (fault.delay) {
      state.flags.push('DI');
      state.verdicts.push({ filter: filter['name'], verdict: 'changed', words: `delayed by ${fault.delay}` });
    }
    if (fault.abort === undefined) return undefined;
    state.verdicts.push({ filter: filter['name'], verdict: 'answered', words: `aborted with ${fault.abort}` });
    return localReply(fault.abort, 'fault_filter_abort', [...state.flags, 'FI'].join(','), {
      body: 'fault filter abort',
    });
  },
  CorsPolicy: judgeCors,
  Cors: judgeCors,
  ExtAuthz: (config, filter, state) => {
    const only = config['filter_enabled_metadata'];
    if (only && metadataMatch(only).test({ metadata: state.subject.metadata }) !== true) return undefined;
    state.verdicts.push({ filter: filter['name'], verdict: 'open', words: 'an external authorizer decides' });
    state.chances.push({ words: 'an external authorizer decides' });
    return undefined;
  },
  Lua(config, filter, state) {
    const source = String(config['default_source_code']?.['inline_string'] ?? config['inline_code'] ?? '');
    state.verdicts.push({ filter: filter['name'], verdict: 'open', words: 'Lua code may change headers' });
    if (/:\s*respond\s*\(/.test(source)) return open(`Lua code of filter ${filter['name']} may answer itself`);
    if (/clearRouteCache|:path|:authority/.test(source))
      state.assumes.push(`Lua code of filter ${filter['name']} does not change the route`);
    return undefined;
  },
  LocalRateLimit(config, filter, state) {
    if (!config['token_bucket'] && !config['descriptors']) return undefined;
    if (isNever(config['filter_enabled']) || isNever(config['filter_enforced'])) return undefined;
    const status = refusal(config['status']);
    const words = `filter ${filter['name']} limits the rate: the traffic before decides`;
    state.chances.push({
      words,
      ...(status === undefined ? {} : { end: localReply(status, 'local_rate_limited', 'RL') }),
    });
    return undefined;
  },
  RateLimit(config, filter, state) {
    const status = refusal(config['rate_limited_status']);
    const words = `filter ${filter['name']} asks a rate limiter`;
    // Without an answer of the limiter the request passes, or fails with a status of its own.
    const known = status !== undefined && config['failure_mode_deny'] !== true;
    state.chances.push({ words, ...(known ? { end: localReply(status, 'request_rate_limited', 'RL') } : {}) });
    return undefined;
  },
};

/** The status of `type.v3.HttpStatus` for a refused request: what is no error is 429; undefined for a name not known here. */
function refusal(status: Message | undefined): number | undefined {
  const names: Record<string, number> = { OK: 200, TooManyRequests: 429, ServiceUnavailable: 503, Forbidden: 403 };
  const code: unknown = status?.['code'] ?? 429;
  const number = typeof code === 'number' ? code : names[String(code)];
  return number !== undefined && number < 400 ? 429 : number;
}

/** Whether a `RuntimeFractionalPercent` switches something off; the local rate limit is off where it has none. */
function isNever(fraction: Message | undefined): boolean {
  return share(fraction?.['default_value']) <= 0;
}

function judgeCors(config: Message, filter: Message, state: State): Outcome | undefined {
  if (!answersPreflight(config, state.request)) return undefined;
  state.verdicts.push({
    filter: filter['name'],
    verdict: 'answered',
    words: 'a CORS preflight is answered by the proxy',
  });
  return localReply(200, 'cors_response');
}

function judgeRbac(config: Message, filter: Message, state: State): Outcome | undefined {
  const prefix = String(config['shadow_rules_stat_prefix'] ?? '');
  if (config['shadow_rules']) {
    const shadow = judgeRules(config['shadow_rules'], state.subject);
    const known = (state.subject.metadata['envoy.filters.http.rbac'] ?? {}) as JsonObject;
    const result: JsonObject = { ...known, [`${prefix}shadow_engine_result`]: shadow.denied ? 'denied' : 'allowed' };
    if (shadow.policy !== undefined) result[`${prefix}shadow_effective_policy_id`] = shadow.policy;
    state.subject.metadata['envoy.filters.http.rbac'] = result;
  }
  if (!config['rules']) return undefined;
  const result = judgeRules(config['rules'], state.subject);
  const logs = config['rules']['action'] === 'LOG';
  if (result.unpredictable) return open(result.unpredictable.reason);
  if (!result.denied) {
    if (result.policy !== undefined && !logs)
      state.verdicts.push({
        filter: filter['name'],
        verdict: 'allowed',
        words: `allowed by ${result.policy}`,
        policy: result.policy,
      });
    return undefined;
  }
  const policies = objects(Object.values(config['rules']['policies'] ?? {})).length;
  const words = result.policy
    ? `denied by ${result.policy}`
    : policies === 0
      ? 'denied: an ALLOW policy without rules applies'
      : 'denied: policies allow some requests, and none of their rules allows this one';
  state.verdicts.push({
    filter: filter['name'],
    verdict: 'denied',
    words,
    policy: result.policy ?? Object.keys(config['rules']['policies'] ?? {}).sort()[0],
  });
  return localReply(403, `rbac_access_denied_matched_policy[${result.policy ?? 'none'}]`, '-', {
    body: 'RBAC: access denied',
  });
}
