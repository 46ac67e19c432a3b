import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const route = (name: string, match: string): string =>
  `{name: ${name}, match: [{uri: {${match}}}], route: [{destination: {host: cart}}]}`;
const told = (...routes: string[]) =>
  findingsIn(manifest('VirtualService', 'cart', `{hosts: [cart], http: [${routes.join(', ')}]}`), { infos: true })
    .filter(({ code }) => code === 'MESH0121')
    .map(({ effect }) => effect);

it('names a route that takes the requests once, on however many ports and proxies it is', () => {
  expect(told(route('wide', 'prefix: /api'), route('late', 'prefix: /api/v2'))).toEqual([
    'none: route wide (/api*) takes its requests and does the same with them.',
  ]);
});

it('names two of them with a verb that agrees', () => {
  expect(told(route('a', 'prefix: /a'), route('b', 'prefix: /b'), route('late', 'regex: "/[ab]x.*"'))).toEqual([
    'none: route a (/a*) and route b (/b*) take its requests and do the same with them.',
  ]);
});

it('warns of a route that another VirtualService takes all requests of, on one of its hosts', () => {
  const gateway = manifest(
    'Gateway',
    'main',
    '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example"]}]}',
    { namespace: 'edge' },
  );
  const on = (name: string, hosts: string, destination: string, month: number): string =>
    manifest(
      'VirtualService',
      name,
      `{hosts: [${hosts}], gateways: [edge/main], http: [{match: [{uri: {regex: ".*"}}], route: [{destination: {host: ${destination}, port: {number: 8080}}}]}]}`,
      { created: `2024-0${month}-01T00:00:00Z` },
    );
  const dead = (hosts: string): string[] =>
    findingsIn(gateway + on('old', 'a.example', 'catalog', 1) + on('young', hosts, 'cart', 2)).flatMap(
      ({ code, severity, resource, message }) =>
        code === 'MESH0120' ? [`${severity} ${resource} ${/ at (\S+):/.exec(message)?.[1]}`] : [],
    );
  expect(dead('b.example, a.example')).toEqual(['warning VirtualService shop/young a.example']);
  expect(dead('a.example')).toEqual(['error VirtualService shop/young undefined']);
  // An exception from a wildcard is no fault.
  expect(dead('"*.example"')).toEqual([]);
});
