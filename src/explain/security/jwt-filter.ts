import type { Message } from '../../model/envoy.ts';
import { type JsonObject, objects } from '../../model/json.ts';
import { pathMatch } from '../match/path-match.ts';
import { queryParameter } from '../match/query-match.ts';
import type { HttpRequest } from '../request.ts';
import { Unpredictable } from '../unpredictable.ts';
import { type TokenResult, unknownIssuer, verifyToken } from './jwt.ts';

/** What the filter lets through (with what it learnt) or answers. */
export interface JwtResult {
  status?: number;
  body?: string;
  metadata?: JsonObject;
  /** The request without the token, where it is not handed on. */
  request?: HttpRequest;
  unpredictable?: Unpredictable;
}

/**
 * Judges a request by `envoy.filters.http.jwt_authn`: the first rule that matches the path says which providers are asked.
 * A token must be valid for any of them; none is right where `allow_missing` stands.
 */
export function judgeTokens(config: Message, request: HttpRequest, now: number | undefined): JwtResult {
  const preflight =
    request.method === 'OPTIONS' &&
    request.headers.has('origin') &&
    request.headers.has('access-control-request-method');
  if (config['bypass_cors_preflight'] === true && preflight) return {};
  const rule = objects(config['rules']).find(
    (it) => pathMatch((it['match'] ?? {}) as Message).test(request) === true,
  ) as Message | undefined;
  if (!rule?.['requires']) return {};
  const names = [...new Set(providersOf(rule['requires']))];
  const providers = (config['providers'] ?? {}) as Record<string, Message>;
  const metadata: JsonObject = {};
  let failure: { status: number; body: string } | undefined;
  let open: Unpredictable | undefined;
  let tokens = 0;
  for (const name of names) {
    const provider = providers[name] ?? {};
    const found = tokensOf(request, provider);
    tokens += found.length;
    const result = verifyAll(found, provider, now);
    if (result instanceof Unpredictable) open = result;
    else if (result && 'claims' in result) {
      metadata[provider['payload_in_metadata'] || name] = withLists(result.claims, provider);
      if (provider['forward'] === true) return { metadata };
      return { metadata, request: found.reduce((rest, token) => withoutToken(rest, provider, token), request) };
    } else if (result && (!failure || result.body !== unknownIssuer)) failure = result;
  }
  if (open) return { unpredictable: open };
  if (tokens === 0) return mayBeMissing(rule['requires']) ? {} : { status: 401, body: 'Jwt is missing' };
  return mayFail(rule['requires']) ? {} : (failure ?? {});
}

/**
 * Every token of a provider must be good; the one found last is looked at first (authenticator.cc). Of several providers
 * the last one's refusal is told, but for that of an issuer that is not the provider's (AnyVerifierImpl in verifier.cc).
 */
function verifyAll(tokens: readonly string[], provider: Message, now: number | undefined): TokenResult | undefined {
  let result: TokenResult | undefined;
  for (const token of [...tokens].reverse()) {
    result = verifyToken(token, provider, now);
    if (result instanceof Unpredictable || !('claims' in result)) return result;
  }
  return result;
}

function providersOf(requires: Message): string[] {
  if (requires['provider_name']) return [requires['provider_name']];
  const nested = requires['requires_any'] ?? requires['requires_all'];
  if (nested) return objects(nested['requirements']).flatMap((it) => providersOf(it));
  return requires['provider_and_audiences'] ? [requires['provider_and_audiences']['provider_name']] : [];
}

function mayBeMissing(requires: Message): boolean {
  if (requires['allow_missing'] || requires['allow_missing_or_failed']) return true;
  if (requires['requires_any']) return objects(requires['requires_any']['requirements']).some((it) => mayBeMissing(it));
  if (requires['requires_all'])
    return objects(requires['requires_all']['requirements']).every((it) => mayBeMissing(it));
  return false;
}

function mayFail(requires: Message): boolean {
  if (requires['allow_missing_or_failed']) return true;
  return objects(requires['requires_any']?.['requirements']).some((it) => mayFail(it));
}

/** Where Envoy looks for a provider's tokens (extractor.cc): the named places, or the two defaults where none is named. */
function tokensOf(request: HttpRequest, provider: Message): string[] {
  const found: string[] = [];
  const headers = objects(provider['from_headers']) as { name?: string; value_prefix?: string }[];
  const params = [...((provider['from_params'] ?? []) as string[])];
  const cookies = (provider['from_cookies'] ?? []) as string[];
  if (headers.length + params.length + cookies.length === 0) {
    headers.push({ name: 'authorization', value_prefix: 'Bearer ' });
    params.push('access_token');
  }
  for (const { name = '', value_prefix: prefix = '' } of headers) {
    for (const value of request.headers.get(name.toLowerCase()) ?? []) {
      if (!value.includes(prefix)) continue;
      const rest = value.slice(value.indexOf(prefix) + prefix.length);
      const token = prefix === '' ? rest.trim() : (/[A-Za-z0-9._~+/=-]+/.exec(rest)?.[0] ?? '');
      if (token !== '') found.push(token);
    }
  }
  for (const name of params) {
    const token = queryParameter(request.path, name);
    if (token) found.push(token);
  }
  for (const name of cookies) {
    for (const part of (request.headers.get('cookie') ?? []).join(';').split(';')) {
      const equals = part.indexOf('=');
      if (part.slice(0, equals).trim() === name)
        found.push(
          part
            .slice(equals + 1)
            .trim()
            .replace(/^"|"$/g, ''),
        );
    }
  }
  return found;
}

/** Takes a token out of a request (Extractor's removeJwt); cookies stay. */
function withoutToken(request: HttpRequest, provider: Message, token: string): HttpRequest {
  const headers = new Map(request.headers);
  const named = objects(provider['from_headers']).map((it) => String(it['name']).toLowerCase());
  const params = (provider['from_params'] ?? []) as string[];
  const noPlace = named.length + params.length === 0 && !Array.isArray(provider['from_cookies']);
  for (const name of noPlace ? ['authorization'] : named)
    if (headers.get(name)?.some((it) => it.includes(token))) headers.delete(name);
  const wanted = new Set(noPlace ? ['access_token'] : params);
  return { ...request, headers, path: withoutParameter(request.path, wanted, token) };
}

/** Envoy writes a query from which it took a token anew: decoded, and sorted by name (QueryParamsMulti is a sorted map). */
function withoutParameter(path: string, names: ReadonlySet<string>, token: string): string {
  const mark = path.indexOf('?');
  if (mark < 0) return path;
  const pairs = path
    .slice(mark + 1)
    .split('&')
    .map((it) => {
      const equals = it.indexOf('=');
      const [name, value] = equals < 0 ? [it, ''] : [it.slice(0, equals), it.slice(equals + 1)];
      return { name: percentDecoded(name), value: percentDecoded(value) };
    });
  const found = new Set(pairs.filter((it) => names.has(it.name) && it.value === token).map(({ name }) => name));
  if (found.size === 0) return path;
  const kept = pairs
    .filter(({ name }) => !found.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, value }) => `${name}=${value}`);
  return kept.length === 0 ? path.slice(0, mark) : `${path.slice(0, mark)}?${kept.join('&')}`;
}

function percentDecoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Claims that are lists in one text (`scope`) become lists. */
function withLists(claims: JsonObject, provider: Message): JsonObject {
  const names = (provider['normalize_payload_in_metadata']?.['space_delimited_claims'] ?? []) as string[];
  const lists = names.flatMap((name) => {
    const value = claims[name];
    return typeof value === 'string' ? [[name, value.split(' ')]] : [];
  });
  return { ...claims, ...Object.fromEntries(lists) };
}
