import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/explain/index.ts';
import { judgeRules, type Subject } from '../../../src/explain/security/rbac.ts';

const subject = (more: Partial<Subject> = {}): Subject => ({
  request: readRequest('http://cart/items?x=1', ['x-user: amy']).http,
  destinationPort: 8080,
  principal: 'spiffe://cluster.local/ns/shop/sa/frontend',
  metadata: {},
  ...more,
});
const policy = (permission: object, principal: object = { any: true }) => ({
  permissions: [permission],
  principals: [principal],
});
const anybody = { any: true };

describe('RBAC', () => {
  it('allows what a policy allows, and refuses the rest', () => {
    const rules = { policies: { p: policy({ url_path: { path: { prefix: '/items' } } }) } };
    expect(judgeRules(rules, subject())).toEqual({ policy: 'p' });
    expect(judgeRules(rules, subject({ request: readRequest('http://cart/other').http }))).toEqual({ denied: true });
    expect(judgeRules({}, subject())).toEqual({ denied: true });
  });

  it('denies by the first policy of its name, and only logs where the action is LOG', () => {
    const policies = { b: policy(anybody), a: policy({ destination_port: 8080 }) };
    expect(judgeRules({ action: 'DENY', policies }, subject())).toEqual({ denied: true, policy: 'a' });
    expect(judgeRules({ action: 'LOG', policies }, subject())).toEqual({ policy: 'a' });
  });

  it('gives plain text no identity, and a TCP connection no headers', () => {
    const rules = { policies: { p: policy(anybody, { authenticated: { principal_name: { prefix: 'spiffe://' } } }) } };
    expect(judgeRules(rules, subject()).denied).toBeUndefined();
    expect(judgeRules(rules, subject({ principal: undefined })).denied).toBe(true);
    const header = { policies: { p: policy({ header: { name: 'x-user', string_match: { exact: 'amy' } } }) } };
    expect(judgeRules(header, subject()).denied).toBeUndefined();
    expect(judgeRules(header, subject({ request: undefined })).denied).toBe(true);
  });

  it('says what it cannot know, unless something else decides', () => {
    const unknown = { filter_state: { key: 'other' } };
    expect(judgeRules({ policies: { p: policy(anybody, unknown) } }, subject()).unpredictable?.reason).toContain(
      'filter state other',
    );
    expect(judgeRules({ policies: { p: policy(anybody, unknown), q: policy(anybody) } }, subject())).toEqual({
      policy: 'q',
    });
  });
});
