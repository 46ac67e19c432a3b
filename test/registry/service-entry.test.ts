import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf } from '../support/mesh.ts';

function servicesOf(spec: string, options: MeshOptions = {}, status = '{}', metadata = ''): Service[] {
  return meshOf(
    `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ext, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"${metadata}}
spec: {ports: [{name: https, number: 443, protocol: TLS, targetPort: 8443}], ${spec}}
status: ${status}
`,
    options,
  ).services;
}

const allocated = '{addresses: [{host: a.example, value: "2001:2::1"}, {host: a.example, value: 240.240.0.1}]}';

describe('a ServiceEntry', () => {
  it('makes a service for each host and address', () => {
    const services = servicesOf(
      'hosts: [a.example, b.example], addresses: [192.0.2.1, 198.51.100.0/24, 192.0.2.9/32, nonsense], resolution: STATIC',
    );
    expect(services.map(({ hostname, addresses }) => `${hostname} ${addresses}`)).toEqual([
      'a.example 192.0.2.1',
      'a.example 198.51.100.0/24',
      'a.example 192.0.2.9',
      'b.example 192.0.2.1',
      'b.example 198.51.100.0/24',
      'b.example 192.0.2.9',
    ]);
    expect(services[0]).toMatchObject({ resolution: 'ClientSideLB', meshExternal: true, registry: 'External' });
    expect(services[0]?.ports).toMatchObject([{ name: 'https', port: 443, protocol: 'TLS', targetPort: 8443 }]);
  });

  it.each([
    ['', 'Passthrough'],
    ['resolution: NONE', 'Passthrough'],
    ['resolution: DNS', 'DNSLB'],
    ['resolution: DNS_ROUND_ROBIN', 'DNSRoundRobinLB'],
    ['resolution: DYNAMIC_DNS', 'DynamicDNS'],
  ])('with %s is of resolution %s', (spec, resolution) => {
    expect(servicesOf(`hosts: [a.example], ${spec}`)[0]?.resolution).toBe(resolution);
  });

  it('uses the addresses that istiod allotted to it', () => {
    const spec = 'hosts: [a.example, b.example], resolution: DNS';
    expect(servicesOf(spec, {}, allocated).map((service) => service.autoAllocatedAddresses)).toEqual([
      ['240.240.0.1', '2001:2::1'],
      [],
    ]);
  });

  it.each([
    ['without resolution', 'hosts: [a.example]', {}, ''],
    ['with own addresses', 'hosts: [a.example], resolution: DNS, addresses: [192.0.2.1]', {}, ''],
    [
      'opted out by label',
      'hosts: [a.example], resolution: DNS',
      {},
      ', labels: {networking.istio.io/enable-autoallocate-ip: "false"}',
    ],
  ])('leaves them unused %s', (_, spec, options, metadata) => {
    expect(servicesOf(spec, options, allocated, metadata)[0]?.autoAllocatedAddresses).toEqual([]);
  });

  it('names the canonical service of external hosts where istiod is told to', () => {
    const environment = { LABEL_CANONICAL_SERVICES_FOR_MESH_EXTERNAL_SERVICE_ENTRIES: 'true' };
    expect(servicesOf('hosts: [a.example]', { environment })[0]?.labels).toEqual({
      'service.istio.io/canonical-name': 'ext',
      'service.istio.io/canonical-revision': 'latest',
    });
    expect(servicesOf('hosts: [a.example]')[0]?.labels).toEqual({});
  });

  it('is selected, exported and secured as it says', () => {
    const [service] = servicesOf(
      'hosts: [a.example], location: MESH_INTERNAL, exportTo: [., pay], subjectAltNames: [a], workloadSelector: {labels: {app: a}}',
    );
    expect(service).toMatchObject({ meshExternal: false, selector: { app: 'a' }, subjectAltNames: ['a'] });
    expect([...(service?.exportTo ?? [])]).toEqual(['shop', 'pay']);
  });

  it('races connections from 1.30 on where its annotation says', () => {
    const metadata = ', annotations: {istio.io/connect-strategy: race_first_tcp_connect}';
    const strategy = (version: string) =>
      servicesOf('hosts: [a.example]', { version }, '{}', metadata)[0]?.dnsConnectStrategy;
    expect(strategy('1.32.0')).toBe('RACE_FIRST_TCP_CONNECT');
    expect(strategy('1.29.0')).toBeUndefined();
  });
});
