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
