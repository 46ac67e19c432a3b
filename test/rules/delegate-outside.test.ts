import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const root = (match: string, name = 'cart'): string =>
  manifest('VirtualService', name, `{hosts: [${name}], http: [{match: [${match}], delegate: {name: items}}]}`);
const delegate = (...matches: string[]): string =>
  manifest(
    'VirtualService',
    'items',
    `{http: [{match: [${matches.join()}], route: [{destination: {host: cart, port: {number: 8080}}}]}]}`,
  );
const told = (yaml: string) =>
  findingsIn(yaml).flatMap(({ code, severity, field, proxies }) =>
    code === 'MESH0225' ? [[severity, field, proxies.length]] : [],
  );

it.each([
  ['another prefix', '{uri: {prefix: /a}}', '{uri: {prefix: /b}}', 'uri.prefix'],
  ['a prefix below an exact path', '{uri: {exact: /a}}', '{uri: {prefix: /a}}', 'uri.prefix'],
  ['a path beside a regular expression', '{uri: {regex: "/a.*"}}', '{uri: {exact: /a/b}}', 'uri.exact'],
  ['another header', '{headers: {x-a: {exact: b}}}', '{headers: {x-a: {exact: c}}}', 'headers.x-a'],
  ['another port', '{port: 8080}', '{port: 9090}', 'port'],
  [
    'a case that the root does not ignore',
    '{uri: {prefix: /a}}',
    '{uri: {prefix: /a}, ignoreUriCase: true}',
    'ignoreUriCase',
  ],
])('tells %s', (_, above, below, field) => {
  const found = told(root(above) + delegate(below));
  expect(found.map(([severity, at]) => [severity, at])).toEqual([['error', `spec.http[0].match[0].${field}`]]);
});

it('tells the match of several that lies outside, since the whole route is left out', () => {
  expect(told(root('{uri: {prefix: /a}}') + delegate('{uri: {prefix: /a/b}}', '{uri: {exact: /c}}'))).toEqual([
    ['error', 'spec.http[0].match[1].uri.exact', 0],
  ]);
});

it('is silent for what fits, without a match on either side, and for a route that fits another root', () => {
  expect(told(root('{uri: {prefix: /a}}') + delegate('{uri: {exact: /a/b}}', '{method: {exact: GET}}'))).toEqual([]);
  const open = manifest('VirtualService', 'cart', '{hosts: [cart], http: [{delegate: {name: items}}]}');
  expect(told(open + delegate('{uri: {prefix: /b}}'))).toEqual([]);
  const two = root('{uri: {prefix: /a}}') + root('{uri: {prefix: /b}}', 'catalog');
  expect(told(two + delegate('{uri: {prefix: /b/c}}'))).toEqual([]);
});
