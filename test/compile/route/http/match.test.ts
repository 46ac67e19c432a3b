import { describe, expect, it } from 'vitest';
import { isCatchAll, routeMatch } from '../../../../src/compile/route/http/match.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import type { VirtualService } from '../../../../src/registry/types.ts';

const ordinary = {} as VirtualService;
const fromHttpRoute = { routeSemantics: 'gateway' } as VirtualService;
const match = (condition: JsonObject | undefined, service = ordinary) => routeMatch(service, condition);

describe('route matches', () => {
  it('takes everything without a condition', () => {
    expect(match(undefined)).toEqual({ prefix: '/' });
    expect(match({})).toEqual({ prefix: '/', case_sensitive: true });
  });

  it('matches paths in each form', () => {
    expect(match({ uri: { exact: '/a' }, ignoreUriCase: true })).toEqual({ path: '/a', case_sensitive: false });
    expect(match({ uri: { prefix: '/a/' } })).toHaveProperty('prefix', '/a/');
    expect(match({ uri: { prefix: '/a/' } }, fromHttpRoute)).toHaveProperty('path_separated_prefix', '/a');
    expect(match({ uri: { prefix: '/' } }, fromHttpRoute)).toHaveProperty('prefix', '/');
    expect(match({ uri: { regex: '/a.*' } })).toHaveProperty('safe_regex', { regex: '/a.*' });
  });

  it('sorts headers by name, pseudo headers after them', () => {
    const { headers } = match({
      method: { exact: 'GET' },
      headers: { 'x-b': { prefix: 'p' }, 'x-a': {} },
      withoutHeaders: { 'x-aa': { exact: 'v' }, 'x-c': { regex: '*' } },
    });
    expect(headers).toEqual([
      { name: 'x-a', present_match: true },
      { name: 'x-aa', string_match: { exact: 'v' }, invert_match: true, treat_missing_header_as_empty: true },
      { name: 'x-b', string_match: { prefix: 'p' } },
      { name: 'x-c', present_match: true, invert_match: true },
      { name: ':method', string_match: { exact: 'GET' } },
    ]);
  });

  it('finds claims in the metadata of the token', () => {
    const out = match({
      headers: { '@request.auth.claims.realm.roles': { exact: 'staff' } },
      withoutHeaders: { '@request.auth.claims[tier]': { regex: '.*' } },
    });
    expect(out['headers']).toBeUndefined();
    expect(out['dynamic_metadata']).toMatchObject([
      { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'payload' }, { key: 'realm' }, { key: 'roles' }] },
      { path: [{ key: 'payload' }, { key: 'tier' }], invert: true },
    ]);
  });

  it('knows a match that nothing gets past', () => {
    expect(isCatchAll({ match: match({ uri: { prefix: '/' } }) })).toBe(true);
    expect(isCatchAll({ match: match({ uri: { regex: '.*' } }) })).toBe(true);
    expect(isCatchAll({ match: match({ headers: { 'x-a': {} } }) })).toBe(false);
    expect(isCatchAll({ match: match({ queryParams: { q: {} } }) })).toBe(false);
    expect(isCatchAll({ match: match({ headers: { '@request.auth.claims.a': { exact: 'b' } } }) })).toBe(false);
    expect(isCatchAll({ match: match({ uri: { prefix: '/a' } }) })).toBe(false);
  });
});
