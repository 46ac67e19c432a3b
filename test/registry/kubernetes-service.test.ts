import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/model/provenance.ts';
import type { Service } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf } from '../support/mesh.ts';

const ports = 'ports: [{name: http, port: 80, targetPort: web}]';

function serviceOf(spec: string, metadata = '', options: MeshOptions = {}, more = ''): Service {
  const yaml = `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"${metadata}}
spec: {${spec}, ${ports}}
${more}`;
  const [service] = meshOf(yaml, options).services;
  if (!service) throw new Error('no service');
  return service;
}

describe('a Kubernetes Service', () => {
  it('has its FQDN, its ClusterIPs and its ports', () => {
    const service = serviceOf('clusterIP: 10.96.0.1, selector: {app: cart}');
    expect(service).toMatchObject({
      hostname: 'cart.shop.svc.cluster.local',
      addresses: ['10.96.0.1'],
      resolution: 'ClientSideLB',
      selector: { app: 'cart' },
      meshExternal: false,
      registry: 'Kubernetes',
    });
    expect(service.ports).toMatchObject([{ name: 'http', port: 80, protocol: 'HTTP', targetPort: 'web' }]);
    expect(placeOf(service.ports[0]?.config ?? {})?.path).toEqual(['spec', 'ports', 0]);
  });

  it('keeps both addresses of a dual stack', () => {
    expect(serviceOf('clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, "fd00::1"]').addresses).toEqual([
      '10.96.0.1',
      'fd00::1',
    ]);
  });

  it('without a cluster IP is passed through', () => {
    expect(serviceOf('clusterIP: None')).toMatchObject({ resolution: 'Passthrough', addresses: ['0.0.0.0'] });
  });

  it('of type ExternalName is an alias outside the mesh', () => {
    expect(serviceOf('type: ExternalName, externalName: example.com')).toMatchObject({
      resolution: 'Alias',
      externalName: 'example.com',
      meshExternal: true,
      addresses: ['0.0.0.0'],
    });
  });

  it('is exported as its annotation says, else as the mesh does', () => {
    const annotated = `, annotations: {networking.istio.io/exportTo: "., payments"}`;
    expect([...serviceOf('clusterIP: 10.96.0.1', annotated).exportTo]).toEqual(['shop', 'payments']);
    const mesh = { defaultServiceExportTo: ['.'] };
    expect([...serviceOf('clusterIP: 10.96.0.1', '', { mesh }).exportTo]).toEqual(['shop']);
    expect([...serviceOf('clusterIP: 10.96.0.1').exportTo]).toEqual(['*']);
  });

  it('is exported to namespaces that the mesh names from 1.32 on; before, only `.` and `*` counted', () => {
    const exported = (list: string[], version: string) => [
      ...serviceOf('clusterIP: 10.96.0.1', '', { version, mesh: { defaultServiceExportTo: list } }).exportTo,
    ];
    expect(exported(['.', 'payments'], '1.32.0')).toEqual(['shop', 'payments']);
    expect(exported(['.', 'payments'], '1.29.0')).toEqual(['shop']);
    expect(exported(['*', '.'], '1.29.0')).toEqual(['shop']);
    expect(exported(['payments'], '1.29.0')).toEqual(['~']);
  });

  it('keeps traffic where its field, its annotation or, from 1.30 on, its namespace says', () => {
    const annotated = ', annotations: {networking.istio.io/traffic-distribution: PreferClose}';
    const namespace = `---
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {networking.istio.io/traffic-distribution: prefersamenode}}`;
    const distribution = (spec: string, metadata: string, version: string) =>
      serviceOf(`clusterIP: 10.96.0.1${spec}`, metadata, { version }, namespace).trafficDistribution;
    expect(distribution(', trafficDistribution: PreferSameNode', annotated, '1.32.0')).toBe('PreferSameNode');
    expect(distribution('', annotated, '1.32.0')).toBe('PreferSameZone');
    expect(distribution('', '', '1.32.0')).toBe('PreferSameNode');
    expect(distribution('', '', '1.29.0')).toBe('');
  });

  it('declares identities of its endpoints by annotation', () => {
    const annotated = ', annotations: {alpha.istio.io/kubernetes-serviceaccounts: "a,b"}';
    expect(serviceOf('clusterIP: 10.96.0.1', annotated).subjectAltNames).toEqual([
      'spiffe://cluster.local/ns/shop/sa/a',
      'spiffe://cluster.local/ns/shop/sa/b',
    ]);
  });
});
