import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { podYaml } from '../support/mesh.ts';
import { findingsIn } from '../support/rules.ts';

const entry = (name: string, rest: string, created = '2024-02-01T00:00:00Z'): string =>
  manifest('ServiceEntry', name, `{hosts: [${name}.example.com], location: MESH_EXTERNAL, ${rest}}`, { created });
const tcp = (port = 5432): string => `ports: [{number: ${port}, name: tcp, protocol: TCP}], resolution: DNS`;
const later = '2024-03-01T00:00:00Z';
const taken = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ code }) => code === 'MESH0205')
    .map(({ severity, resource, effect }) => `${severity} ${resource}: ${effect}`);

it('tells the host whose connections another one gets', () => {
  const told = taken(entry('a', tcp()) + entry('b', tcp(), later));
  expect(told).toEqual(['error ServiceEntry shop/b: connections to b.example.com:5432 are led to a.example.com.']);
  const [younger] = findingsIn(entry('a', tcp()) + entry('b', tcp(), later));
  expect(younger?.field).toBe('spec.ports[0].number');
  const both = findingsIn(
    manifest('ServiceEntry', 'two', `{hosts: [x.example.com, y.example.com], location: MESH_EXTERNAL, ${tcp()}}`),
  );
  expect(both.find(({ code }) => code === 'MESH0205')?.field).toBe('spec.hosts[1]');
});

it('is silent for other ports, addresses, SNI, HTTP, connections that keep their address, and other namespaces', () => {
  const first = entry('a', tcp());
  expect(taken(first + entry('b', tcp(5433), later))).toEqual([]);
  expect(taken(first + entry('b', `addresses: [240.1.1.1], ${tcp()}`, later))).toEqual([]);
  const tls = 'ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS';
  expect(taken(entry('a', tls) + entry('b', tls, later))).toEqual([]);
  const http = 'ports: [{number: 5432, name: http, protocol: HTTP}], resolution: DNS';
  expect(taken(entry('a', http) + entry('b', tcp(), later))).toEqual([]);
  const none = 'ports: [{number: 5432, name: tcp, protocol: TCP}], resolution: NONE';
  expect(taken(entry('a', none) + entry('b', none, later))).toEqual([]);
  expect(taken(first + entry('b', `exportTo: [elsewhere], ${tcp()}`, later))).toEqual([]);
});

it('is silent where a VirtualService leads the connections', () => {
  const routes = manifest(
    'VirtualService',
    'b',
    '{hosts: [b.example.com], tcp: [{match: [{port: 5432}], route: [{destination: {host: b.example.com}}]}]}',
  );
  expect(taken(entry('a', tcp()) + entry('b', tcp(), later) + routes)).toEqual([]);
});

it('speaks of proxies without DNS capture only', () => {
  const captured = podYaml('dns/client', {
    labels: { app: 'client' },
    addresses: ['10.0.9.9'],
    environment: { ISTIO_META_DNS_CAPTURE: 'true' },
  });
  const [finding] = findingsIn(entry('a', tcp()) + entry('b', tcp(), later), { extra: captured });
  expect(finding?.code).toBe('MESH0205');
  expect(finding?.proxies).not.toContain('dns/client');
});
