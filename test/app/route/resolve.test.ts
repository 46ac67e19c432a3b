import { describe, expect, it } from 'vitest';
import { resolve } from '../../../src/app/route/resolve.ts';
import { meshOf } from '../../support/mesh.ts';

const registry = meshOf(`
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: other}
spec: {clusterIP: 10.96.0.2, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: old, namespace: shop}
spec: {type: ExternalName, externalName: api.example.com, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: shop}
spec: {hosts: [api.example.com], addresses: [192.0.2.9], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}
`);
const ask = (host: string, dnsCapture = false, namespace = 'shop') =>
  resolve(host, { namespace, dnsCapture }, registry);

describe('name resolution', () => {
  it("follows Kubernetes' search domains from the client's namespace on", () => {
    for (const host of [
      'catalog',
      'catalog.shop',
      'catalog.shop.svc',
      'catalog.shop.svc.cluster.local',
      'catalog.shop.svc.cluster.local.',
    ])
      expect(ask(host)).toMatchObject({
        ip: '10.96.0.1',
        name: expect.stringContaining('catalog.shop.svc.cluster.local'),
      });
    expect(ask('catalog', false, 'other').ip).toBe('10.96.0.2');
    expect(ask('catalog.other').ip).toBe('10.96.0.2');
  });

  it('takes addresses as they are', () => {
    expect(ask('10.1.2.3')).toMatchObject({ ip: '10.1.2.3', how: 'an address' });
    expect(ask('2001:db8::1').ip).toBe('2001:db8::1');
    expect(ask('localhost').ip).toBe('127.0.0.1');
  });

  it("gives a ServiceEntry's address only where the proxy answers DNS", () => {
    expect(ask('api.example.com')).toMatchObject({ ip: '', how: 'ServiceEntry api.example.com' });
    expect(ask('api.example.com', true).ip).toBe('192.0.2.9');
    expect(ask('old')).toMatchObject({ ip: '', how: 'ExternalName of api.example.com' });
    expect(ask('www.example.org')).toMatchObject({ ip: '', how: 'a name outside of the mesh, as far as DNS knows it' });
  });

  it.each([
    ['catalgo', /catalgo is not known in namespace shop; did you mean catalog/],
    ['catalog.shpo.svc', /catalog.shpo.svc is not known/],
    ['nothing.shop', /nothing.shop is not known/],
    ['catalog.', /catalog is not known/],
  ])('says of %s that no resolver knows it', (host, message) => {
    expect(() => ask(host)).toThrow(message);
  });
});
