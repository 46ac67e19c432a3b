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

it('finds the pairs that differ among many that do not, and tells of many together where they are too many', () => {
  const hosts = (count: number, differ: (index: number) => boolean): string =>
    Array.from({ length: count }, (_, index) =>
      ['z', 'b']
        .map((name) =>
          manifest(
            'VirtualService',
            `${name}-${index}`,
            `{hosts: [h${index}.example], http: [{headers: {request: {set: {x: "${differ(index) ? name : ''}"}}}, route: [{destination: {host: cart}}]}]}`,
            name === 'b' ? later : {},
          ),
        )
        .join(''),
    ).join('');
  const entries = (count: number): string =>
    Array.from({ length: count }, (_, index) =>
      manifest(
        'ServiceEntry',
        `h${index}`,
        `{hosts: [h${index}.example], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}`,
      ),
    ).join('');
  const of = (count: number, differ: (index: number) => boolean) =>
    findingsIn(entries(count) + hosts(count, differ), { infos: true }).filter(({ code }) => code === 'MESH0188');
  const differing = of(16, (index) => index === 3 || index === 12).map(({ resource }) => resource);
  expect(differing.sort()).toEqual(['VirtualService shop/z-12', 'VirtualService shop/z-3']);
  const many = of(16, () => true);
  const told = many.map(({ message }) => Number(/one of (\d+) objects/.exec(message)?.[1] ?? 1));
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(16);
  expect(many.length).toBeLessThan(16);
});
