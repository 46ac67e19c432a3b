import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../src/compile/security/authorization/rule.ts';
import { rbacPolicy } from '../../../../src/compile/security/authorization/rule.ts';
import type { Message } from '../../../../src/model/envoy.ts';
import type { MeshOptions } from '../../../support/mesh.ts';
import { meshOf } from '../../../support/mesh.ts';

interface Case extends MeshOptions {
  layer?: 'http' | 'tcp';
  strict?: boolean;
}

function compiled(rule: Rule, { layer = 'http', strict = true, ...options }: Case = {}): Message | undefined {
  return rbacPolicy(rule, meshOf('', options), { layer, namespace: 'shop', strict });
}

/** The first principal or permission that `rule` asks for, without the lists around it. */
const principal = (rule: Rule, options?: Case) => compiled(rule, options)?.['principals'][0].and_ids.ids[0];
const permission = (rule: Rule, options?: Case) => compiled(rule, options)?.['permissions'][0].and_rules.rules[0];
const from = (source: object): Rule => ({ from: [{ source }] }) as Rule;
const to = (operation: object): Rule => ({ to: [{ operation }] }) as Rule;
const when = (key: string, ...values: string[]): Rule => ({ when: [{ key, values }] });
const authenticated = (principal_name: object) => ({ or_ids: { ids: [{ authenticated: { principal_name } }] } });

describe('sources', () => {
  it.each([
    [{ principals: ['cluster.local/ns/a/sa/b'] }, authenticated({ exact: 'spiffe://cluster.local/ns/a/sa/b' })],
    [{ principals: ['*'] }, authenticated({ safe_regex: { regex: '.+' } })],
    [{ principals: ['cluster.local/ns/a/*'] }, authenticated({ prefix: 'spiffe://cluster.local/ns/a/' })],
    [{ principals: ['*/sa/a.b'] }, authenticated({ safe_regex: { regex: 'spiffe://.*/sa/a.b' } })],
    [{ namespaces: ['istio-*'] }, authenticated({ safe_regex: { regex: '.*/ns/istio-.*/.*' } })],
    [{ serviceAccounts: ['db'] }, authenticated({ safe_regex: { regex: 'spiffe://.+/ns/shop/(.+/|)sa/db(/.+)?' } })],
    [{ serviceAccounts: ['pay/db'] }, authenticated({ safe_regex: { regex: 'spiffe://.+/ns/pay/(.+/|)sa/db(/.+)?' } })],
    [
      { ipBlocks: ['10.1.2.3'] },
      { or_ids: { ids: [{ direct_remote_ip: { address_prefix: '10.1.2.3', prefix_len: 32 } }] } },
    ],
    [
      { remoteIpBlocks: ['fd00::/8'] },
      { or_ids: { ids: [{ remote_ip: { address_prefix: 'fd00::', prefix_len: 8 } }] } },
    ],
    [{ notNamespaces: ['a'] }, { not_id: authenticated({ safe_regex: { regex: '.*/ns/a/.*' } }) }],
  ])('%j', (source, expected) => {
    expect(principal(from(source))).toEqual(expected);
  });

  it('quotes what becomes an expression from 1.32 on', () => {
    const regex = (source: object) =>
      principal(from(source), { version: '1.32.0' }).or_ids.ids[0].authenticated.principal_name;
    expect(regex({ principals: ['*/sa/a.b'] })).toEqual({ safe_regex: { regex: 'spiffe://.*/sa/a\\.b' } });
    expect(regex({ namespaces: ['a.b*'] })).toEqual({ safe_regex: { regex: '.*/ns/a\\.b.*/.*' } });
    expect(regex({ serviceAccounts: ['n.s/a.b'] })).toEqual({
      safe_regex: { regex: 'spiffe://.+/ns/n\\.s/(.+/|)sa/a\\.b(/.+)?' },
    });
  });

  it('knows trust domains from 1.32 on', () => {
    const rule = from({ trustDomains: ['a.example', '*.b', '*'] });
    expect(principal(rule)).toEqual({ any: true });
    expect(compiled(when('source.trustDomain', 'a'))).toBeUndefined();
    expect(principal(rule, { version: '1.32.0' })).toEqual({
      or_ids: {
        ids: [
          { authenticated: { principal_name: { prefix: 'spiffe://a.example/' } } },
          { authenticated: { principal_name: { safe_regex: { regex: 'spiffe://[^/]*\\.b/.*' } } } },
          { authenticated: { principal_name: { prefix: 'spiffe://' } } },
        ],
      },
    });
  });

  it('takes a request principal apart at its last slash', () => {
    const pair = (value: string) => {
      const { ids } = principal(from({ requestPrincipals: [value] })).and_ids;
      return ids.map((id: Message) => id['metadata'].value.string_match);
    };
    expect(pair('https://id/x/me')).toEqual([{ exact: 'https://id/x' }, { exact: 'me' }]);
    expect(pair('*')).toEqual([{ safe_regex: { regex: '.+' } }, { safe_regex: { regex: '.+' } }]);
    expect(pair('https://id/*')).toEqual([{ exact: 'https://id' }, { safe_regex: { regex: '.+' } }]);
    expect(pair('https://id/m*')).toEqual([{ exact: 'https://id' }, { prefix: 'm' }]);
    expect(pair('*.example/me')).toEqual([{ suffix: '.example' }, { exact: 'me' }]);
    expect(pair('*me')).toEqual([{ safe_regex: { regex: '.+' } }, { suffix: 'me' }]);
    expect(pair('id*')).toEqual([{ prefix: 'id' }, { safe_regex: { regex: '.+' } }]);
  });

  it('stands in a fixed order, its conditions last', () => {
    const rule: Rule = {
      from: [{ source: { ipBlocks: ['10.0.0.1'], namespaces: ['a'], principals: ['p'], requestPrincipals: ['*'] } }],
      when: [{ key: 'source.namespace', values: ['w'] }],
    };
    const ids = compiled(rule)?.['principals'][0].and_ids.ids as Message[];
    expect(ids.map((id) => JSON.stringify(id).match(/spiffe:..p|"iss"|ns\/[aw]|10\.0\.0\.1/)?.[0])).toEqual([
      'spiffe://p',
      '"iss"',
      'ns/a',
      '10.0.0.1',
      'ns/w',
    ]);
  });
});

describe('operations', () => {
  it.each([
    [{ methods: ['GET'] }, { header: { name: ':method', string_match: { exact: 'GET' } } }],
    [{ methods: ['*'] }, { header: { name: ':method', present_match: true } }],
    [
      { hosts: ['A.example'] },
      { header: { name: ':authority', string_match: { exact: 'A.example', ignore_case: true } } },
    ],
    [{ paths: ['/a*'] }, { url_path: { path: { prefix: '/a' } } }],
    [{ paths: ['*.png'] }, { url_path: { path: { suffix: '.png' } } }],
    [{ ports: ['80'] }, { destination_port: 80 }],
  ])('%j', (operation, expected) => {
    expect(permission(to(operation))).toEqual({ or_rules: { rules: [expected] } });
  });

  it('writes path templates as Envoy does', () => {
    const [rule] = permission(to({ paths: ['/a/{*}/b/{**}'] })).or_rules.rules;
    expect(rule.uri_template.typed_config.path_template).toBe('/a/*/b/**');
  });

  it('negates all values of a list together', () => {
    expect(permission(to({ notPorts: ['1', '2'] }))).toEqual({
      not_rule: { or_rules: { rules: [{ destination_port: 1 }, { destination_port: 2 }] } },
    });
  });
});

describe('conditions', () => {
  it.each([
    ['request.headers[x-env]', { or_ids: { ids: [{ header: { name: 'x-env', string_match: { exact: 'v' } } }] } }],
    ['source.ip', { any: true }],
  ])('%s of a principal', (key, expected) => {
    expect(principal(when(key, 'v'), { strict: false })).toEqual(expected);
  });

  it('finds claims in lists and as such, nested by brackets', () => {
    const metadata = principal(when('request.auth.claims[realm][roles]', 'a', 'b*')).metadata;
    const value = {
      or_match: { value_matchers: [{ string_match: { exact: 'a' } }, { string_match: { prefix: 'b' } }] },
    };
    expect(metadata.path).toEqual([{ key: 'payload' }, { key: 'realm' }, { key: 'roles' }]);
    expect(metadata.value).toEqual({ or_match: { value_matchers: [{ list_match: { one_of: value } }, value] } });
    expect(principal(when('request.auth.claims[a[b]', 'v')).metadata.path).toEqual([
      { key: 'payload' },
      { key: 'a[b' },
    ]);
  });

  it('reads dynamic metadata of other filters', () => {
    const rule = permission(when('experimental.envoy.filters.network.mysql_proxy[db.table]', '[update]', 'x'));
    expect(rule.metadata).toEqual({
      filter: 'envoy.filters.network.mysql_proxy',
      path: [{ key: 'db.table' }],
      value: {
        or_match: {
          value_matchers: [
            { list_match: { one_of: { string_match: { exact: 'update' } } } },
            { string_match: { exact: 'x' } },
          ],
        },
      },
    });
  });

  it('makes a rule void by an attribute that nobody knows', () => {
    expect(compiled(when('request.nonsense', 'x'), { strict: false })).toBeUndefined();
  });
});

describe('what the layer or Envoy cannot match', () => {
  const rule = to({ methods: ['GET'], ports: ['80'] });

  it('voids a rule of ALLOW', () => {
    expect(compiled(rule, { layer: 'tcp' })).toBeUndefined();
    expect(compiled(from({ ipBlocks: ['10.0.0.1', 'nowhere'] }))).toBeUndefined();
  });

  it('is left out of any other rule, which matches more then', () => {
    const options: Case = { layer: 'tcp', strict: false };
    expect(permission(rule, options)).toEqual({ or_rules: { rules: [{ destination_port: 80 }] } });
    expect(permission(to({ methods: ['GET'] }), options)).toEqual({ any: true });
    expect(principal(from({ ipBlocks: ['10.0.0.300'] }), options)).toEqual({ any: true });
  });
});

describe('trust domain aliases', () => {
  const mesh = { trustDomain: 'new', trustDomainAliases: ['old'] };
  const names = (rule: Rule): string[] =>
    compiled(rule, { mesh })?.['principals'][0].and_ids.ids[0].or_ids.ids.map(
      (id: Message) => Object.values(id['authenticated'].principal_name)[0],
    );

  it('stand beside the identity of the own domain', () => {
    const both = ['spiffe://new/ns/a/sa/b', 'spiffe://old/ns/a/sa/b'];
    expect(names(from({ principals: ['new/ns/a/sa/b'] }))).toEqual(both);
    expect(names(from({ principals: ['old/ns/a/sa/b'] }))).toEqual(both);
    expect(names(from({ principals: ['cluster.local/ns/a/sa/b'] }))).toEqual(both);
  });

  it('leave other identities alone', () => {
    expect(names(from({ principals: ['else/ns/a/sa/b'] }))).toEqual(['spiffe://else/ns/a/sa/b']);
    expect(names(from({ principals: ['new/a'] }))).toEqual(['spiffe://new/a']);
  });
});
