import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const told = (...matches: string[]) =>
  findingsIn(
    manifest(
      'VirtualService',
      'cart',
      `{hosts: [cart], http: [{match: [${matches.join()}], route: [{destination: {host: catalog, port: {number: 8080}}}]}, {route: [{destination: {host: cart}}]}]}`,
    ),
    { infos: true },
  ).map(({ code, severity, field }) => [code, severity, field.replace('spec.http[0].match', '')]);

it.each([
  ['a query in a path', '{uri: {exact: "/a?b=1"}}', 'error', '[0].uri.exact'],
  ['a fragment in a prefix', '{uri: {prefix: "/a#b"}}', 'error', '[0].uri.prefix'],
  ['a path without a slash', '{uri: {prefix: items}}', 'error', '[0].uri.prefix'],
  ['a regular expression that fits no path', '{uri: {regex: "items/[0-9]+"}}', 'error', '[0].uri.regex'],
  [
    'a header that is asked for and excluded',
    '{headers: {x-a: {exact: b}}, withoutHeaders: {x-a: {}}}',
    'error',
    '[0].headers.x-a',
  ],
  ['an authority of another host', '{authority: {exact: web.example}}', 'error', '[0].authority.exact'],
  ['a scheme in capitals', '{scheme: {exact: HTTPS}}', 'error', '[0].scheme'],
  ['a method in small letters', '{method: {exact: get}}', 'warning', '[0].method'],
])('tells %s', (_, match, severity, field) => {
  expect(told(match)).toEqual([['MESH0226', severity, field]]);
});

it('warns of one match of several', () => {
  expect(told('{uri: {exact: a}}', '{uri: {exact: /a}}')).toEqual([['MESH0226', 'warning', '[0].uri.exact']]);
});

it.each([
  '{uri: {exact: /a}, queryParams: {b: {exact: "1"}}}',
  '{uri: {regex: "/a|b"}}',
  '{uri: {regex: ".*[0-9]"}}',
  '{headers: {x-a: {exact: b}}, withoutHeaders: {x-a: {exact: c}}}',
  '{headers: {x-a: {}}, withoutHeaders: {x-a: {exact: c}}}',
  '{method: {exact: PURGE}}',
])('is silent for %s', (match) => {
  expect(told(match)).toEqual([]);
});

it('takes an authority for met that one of the hosts has, with a port or without', () => {
  for (const authority of ['cart', 'cart:8080', 'cart.shop', 'CART.shop.svc.cluster.local'])
    expect(told(`{authority: {exact: "${authority}"}}`)).toEqual([]);
  expect(told('{authority: {prefix: web}}')).toEqual([]);
});
