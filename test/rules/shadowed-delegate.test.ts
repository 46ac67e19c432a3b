import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const root = (...routes: string[]): string =>
  manifest('VirtualService', 'root', `{hosts: [cart], http: [${routes.join(', ')}]}`);
const to = (match: string, name: string): string => `{${match}delegate: {name: ${name}}}`;
const delegate = (name: string, ...routes: string[]): string =>
  manifest('VirtualService', name, `{http: [${routes.join(', ')}]}`);
const route = (match: string, host: string): string =>
  `{${match}route: [{destination: {host: ${host}, port: {number: 8080}}}]}`;
const prefix = (path: string): string => `match: [{uri: {prefix: ${path}}}], `;
const told = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ kind }) => kind === 'shadowed')
    .map(({ severity, resource, field }) => `${severity} ${resource} ${field}`);

it('leads a delegate that is dead as a whole to the order in its root', () => {
  const pay = delegate('pay', route(prefix('/pay/a'), 'catalog'), route(prefix('/pay/b'), 'catalog'));
  const place = 'error VirtualService shop/root spec.http[1]';
  expect(told(root(to('', 'pages'), to(prefix('/pay'), 'pay')) + pay + delegate('pages', route('', 'cart')))).toEqual([
    place,
  ]);
  const half = delegate('half', route('', 'cart'));
  expect(told(root(to(prefix('/pa'), 'half'), to(prefix('/pay'), 'pay')) + pay + half)).toEqual([place]);
});

it('leads a route that another one of its delegate takes to the delegate', () => {
  const own = delegate('pay', route(prefix('/pay/a'), 'catalog'), route(prefix('/pay/a/b'), 'cart'));
  expect(told(root(to(prefix('/pay'), 'pay')) + own)).toEqual(['error VirtualService shop/pay spec.http[1]']);
});

it('leads one of several routes of a delegate to the delegate', () => {
  const pay = delegate('pay', route(prefix('/pay/a'), 'catalog'), route(prefix('/pay'), 'catalog'));
  const pages = delegate('pages', route('', 'cart'));
  expect(told(root(to(prefix('/pay/a'), 'pages'), to(prefix('/pay'), 'pay')) + pay + pages)).toEqual([
    'error VirtualService shop/pay spec.http[0]',
  ]);
});
