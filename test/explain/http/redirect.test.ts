import { expect, it } from 'vitest';
import { redirectLocation } from '../../../src/explain/http/redirect.ts';
import { readRequest } from '../../../src/explain/index.ts';
import { routeMatch } from '../../../src/explain/match/route-match.ts';

// Envoy's processRequestHost: a port is dropped where the scheme is another one than x-forwarded-proto says.
it.each([
  ['a:80', 'http', 'http://a:80/moved'],
  ['a:80', 'HTTP', 'http://a/moved'],
  ['a:443', 'https', 'http://a/moved'],
  ['a:443', 'Https', 'http://a/moved'],
  ['a:80', 'https', 'http://a:80/moved'],
  ['a:8080', 'https', 'http://a:8080/moved'],
])('keeps or drops the port of %s that came by %s', (authority, protocol, location) => {
  const { http } = readRequest('http://a/x', [`x-forwarded-proto: ${protocol}`]);
  const redirect = { path_redirect: '/moved' };
  expect(redirectLocation(redirect, routeMatch({ prefix: '/' }), { ...http, authority })).toBe(location);
});
