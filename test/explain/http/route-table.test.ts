import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../../src/explain/http/route-table.ts';
import { readRequest } from '../../../src/explain/index.ts';
import type { Message, RouteConfiguration } from '../../../src/model/envoy.ts';

const table = (routes: (Message & { match: Message })[], more: Message = {}): RouteTable => {
  const config: RouteConfiguration = {
    name: 'test',
    virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
    ...more,
  };
  return RouteTable.of(config);
};
const lost = (routes: (Message & { match: Message })[], url: string, headers: string[] = []): string[] => {
  const it = table(routes);
  const { http } = readRequest(url, headers);
  return it.lost(http, it.find(http)).map(({ why }) => why);
};

describe('route table', () => {
  it('says why each earlier route lost, with the place of the matcher', () => {
    const routes = [
      { name: 'a', match: { prefix: '/api/health/' } },
      { name: 'b', match: { path: '/api' } },
      { name: 'c', match: { prefix: '/', headers: [{ name: 'x-user', string_match: { exact: 'amy' } }] } },
      {
        name: 'd',
        match: { prefix: '/', headers: [{ name: 'x-user', string_match: { exact: 'bob' }, invert_match: true }] },
      },
      { name: 'e', match: { prefix: '/', query_parameters: [{ name: 'q', string_match: { exact: '1' } }] } },
      { name: 'f', match: { safe_regex: { regex: '/v[0-9]+' } } },
      { name: 'g', match: { prefix: '/' } },
    ];
    expect(lost(routes, 'http://x/api/health?q=2', ['x-user: bob'])).toEqual([
      'prefix /api/health/ does not match /api/health: no trailing slash',
      'path /api is not /api/health',
      'header x-user is "bob", not exact "amy"',
      'header x-user is "bob", which exact "bob" excludes',
      'query parameter q is "2", not exact "1"',
      'regex /v[0-9]+ does not match /api/health',
    ]);
    const it = table(routes);
    const { http } = readRequest('http://x/z');
    expect(it.lost(http, it.find(http))[2]?.path).toEqual(['virtual_hosts', 0, 'routes', 2, 'match', 'headers', 0]);
  });

  it('leaves open what chance decides', () => {
    const half = { default_value: { numerator: 50 } };
    const it = table([
      { name: 'a', match: { prefix: '/', runtime_fraction: half } },
      { name: 'b', match: { prefix: '/' } },
    ]);
    const found = it.find(readRequest('http://x/').http);
    expect(found.route?.name).toBe('b');
    expect(found.unpredictable?.reason).toBe('route a: chance takes the route for 50 % of requests');
  });

  it('finds virtual hosts exactly, by suffix, by prefix, by the star, whatever the case', () => {
    const names = ['shop.example', '*.shop.example', '*.eu.shop.example', 'shop.*', '*'];
    const it = table([], { virtual_hosts: names.map((domain) => ({ name: domain, domains: [domain], routes: [] })) });
    const host = (authority: string): string | undefined =>
      it.find({ ...readRequest('http://x/').http, authority }).virtualHost?.name;
    expect(
      ['SHOP.example', 'a.shop.example', 'a.eu.shop.example', 'shop.org', 'other', 'shop.example:80'].map(host),
    ).toEqual(['shop.example', '*.shop.example', '*.eu.shop.example', 'shop.*', '*', 'shop.*']);
  });
});
