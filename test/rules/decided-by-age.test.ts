import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const later = { created: '2024-03-01T00:00:00Z' };
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => code === 'MESH0188')
    .map(({ resource, proxies, severity }) => `${severity} ${resource} ${proxies.length}`);
const route = (name: string, subset: string, age = {}): string =>
  manifest(
    'VirtualService',
    name,
    `{hosts: [cart], http: [{headers: {request: {set: {x: ${subset}}}}, route: [{destination: {host: cart}}]}]}`,
    age,
  );
const rule = (name: string, max: number, age = {}): string =>
  manifest(
    'DestinationRule',
    name,
    `{host: cart, trafficPolicy: {connectionPool: {tcp: {maxConnections: ${max}}}}}`,
    age,
  );

it('tells the older of two that the name would order the other way', () => {
  expect(told(route('z', 'a') + route('b', 'b', later))).toEqual(['info VirtualService shop/z 3']);
  expect(told(rule('z', 1) + rule('b', 2, later))).toEqual(['info DestinationRule shop/z 4']);
});

it('is silent where the name says the same, where nothing differs, and in the same second', () => {
  expect(told(route('a', 'a') + route('b', 'b', later))).toEqual([]);
  expect(told(rule('z', 1) + rule('b', 1, later))).toEqual([]);
  expect(told(route('z', 'a') + route('b', 'b'))).toEqual([]);
});
