import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { derive, deriveField, originsAt, placeOf } from '../../src/model/provenance.ts';
import { type MeshOptions, meshOf } from '../support/mesh.ts';

let clock = 0;
const virtualService = (id: string, spec: string) => {
  const [namespace, name] = id.split('/');
  const time = String(clock++ % 60).padStart(2, '0');
  return `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:${time}Z"}
spec: {${spec}}
`;
};

function visible(yaml: string, namespace = 'shop', gateway = 'mesh', options: MeshOptions = {}) {
  return meshOf(yaml, options).virtualServicesForGateway(namespace, gateway);
}

const routes = (yaml: string) => (visible(yaml)[0]?.spec['http'] ?? []) as JsonObject[];

describe('a VirtualService', () => {
  it('has its short names resolved, in its own copy', () => {
    const yaml = virtualService(
      'shop/cart',
      `hosts: [cart], gateways: [mesh, edge], http: [{match: [{gateways: [edge]}], route: [{destination: {host: cart}}], mirror: {host: audit},
       mirrors: [{destination: {host: a.b}}]}], tcp: [{route: [{destination: {host: db}}]}], tls: [{match: [{sniHosts: [x]}], route: [{destination: {host: web}}]}]`,
    );
    const registry = meshOf(yaml);
    const [item] = registry.virtualServicesForGateway('shop', 'shop/edge');
    const fqdn = (name: string) => `${name}.shop.svc.cluster.local`;
    expect(item).toMatchObject({ hosts: [fqdn('cart')], shortHosts: ['cart'], gateways: ['mesh', 'shop/edge'] });
    expect(item?.spec).toMatchObject({
      http: [
        {
          match: [{ gateways: ['shop/edge'] }],
          route: [{ destination: { host: fqdn('cart') } }],
          mirror: { host: fqdn('audit') },
          mirrors: [{ destination: { host: 'a.b' } }],
        },
      ],
      tcp: [{ route: [{ destination: { host: fqdn('db') } }] }],
      tls: [{ route: [{ destination: { host: fqdn('web') } }] }],
    });
    expect(registry.resources('VirtualService')[0]?.spec['hosts']).toEqual(['cart']);
    const [http] = item?.spec['http'] as JsonObject[];
    expect(placeOf(http as JsonObject)?.path).toEqual(['spec', 'http', 0]);
  });

  it('is seen where it is exported: private first, then exported by name, then public', () => {
    const yaml =
      virtualService('other/open', 'hosts: [a]') +
      virtualService('other/given', 'hosts: [a], exportTo: [shop]') +
      virtualService('shop/own', 'hosts: [a], exportTo: ["."]') +
      virtualService('other/hidden', 'hosts: [a], exportTo: ["."]') +
      virtualService('shop/nobody', 'hosts: [a], exportTo: ["~"]');
    expect(visible(yaml).map(({ name }) => name)).toEqual(['own', 'given', 'open']);
    expect(visible(yaml, 'third').map(({ name }) => name)).toEqual(['open']);
    const mesh = { defaultVirtualServiceExportTo: ['.'] };
    expect(visible(yaml, 'third', 'mesh', { mesh })).toEqual([]);
  });

  it('comes in the order of creation', () => {
    const yaml = virtualService('shop/b', 'hosts: [a]') + virtualService('shop/a', 'hosts: [b]');
    expect(visible(yaml).map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

describe('a delegate', () => {
  const root = (route: string) => virtualService('shop/root', `hosts: [a.example], http: [${route}]`);
  const delegate = (http: string, id = 'shop/part', more = '') => virtualService(id, `http: [${http}]${more}`);
  const to = (more = '') => `{name: r, delegate: {name: part}${more}}`;

  it("stands in its root's place, with names joined and settings inherited", () => {
    const yaml =
      root(
        `${to(', timeout: 5s, headers: {request: {set: {a: b}}}')}, {name: rest, route: [{destination: {host: x}}]}`,
      ) +
      delegate('{name: one, timeout: 1s, route: [{destination: {host: cart}}]}, {route: [{destination: {host: y}}]}');
    expect(routes(yaml)).toMatchObject([
      {
        name: 'r-one',
        timeout: '1s',
        headers: { request: { set: { a: 'b' } } },
        route: [{ destination: { host: 'cart.shop.svc.cluster.local' } }],
      },
      { name: 'r', timeout: '5s' },
      { name: 'rest' },
    ]);
    const [first] = routes(yaml) as [JsonObject];
    expect(placeOf(first)).toMatchObject({ resource: { metadata: { name: 'part' } }, path: ['spec', 'http', 0] });
  });

  it('has names and plain settings from where they stand', () => {
    const yaml = root(to(', timeout: 5s')) + delegate('{name: one, route: [{destination: {host: cart}}]}');
    const [route] = routes(yaml) as [JsonObject];
    const message = derive({ name: 'r-one', timeout: '5s' }, route);
    deriveField(message, 'name', [route, 'name']);
    deriveField(message, 'timeout', [route, 'timeout']);
    const places = (field: string) =>
      originsAt(message, [field]).map(({ resource, path }) => `${resource.metadata.name} ${path.join('.')}`);
    expect(places('name')).toEqual(['root spec.http.0.name', 'part spec.http.0.name']);
    expect(places('timeout')).toEqual(['root spec.http.0.timeout']);
  });

  it('keeps the field that was inherited at its place in the root', () => {
    const yaml = root(to(', retries: {attempts: 2}')) + delegate('{route: [{destination: {host: cart}}]}');
    expect(placeOf(routes(yaml)[0]?.['retries'] as object)).toMatchObject({
      resource: { metadata: { name: 'root' } },
      path: ['spec', 'http', 0, 'retries'],
    });
  });

  it('loses its route where it is missing, not exported, or conflicts', () => {
    expect(routes(root(`${to()}, {name: rest}`))).toMatchObject([{ name: 'rest' }]);
    const elsewhere = root('{delegate: {name: part, namespace: other}}');
    expect(routes(elsewhere + delegate('{name: x}', 'other/part'))).toMatchObject([{ name: 'x' }]);
    expect(routes(elsewhere + delegate('{name: x}', 'other/part', ', exportTo: ["."]'))).toEqual([]);
    expect(
      routes(root(to(', match: [{uri: {prefix: /a}}]')) + delegate('{match: [{uri: {prefix: /b}}]}, {name: ok}')),
    ).toMatchObject([{ name: 'r-ok', match: [{ uri: { prefix: '/a' } }] }]);
  });

  it('is nothing by itself', () => {
    expect(visible(delegate('{name: x}'))).toEqual([]);
  });
});
