import { describe, expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const later = { created: '2024-03-01T00:00:00Z' };
const entry = (protocol: string): string =>
  manifest(
    'ServiceEntry',
    'db',
    `{hosts: [db.example], addresses: [10.1.1.1], ports: [{number: 5432, name: db, protocol: ${protocol}}], resolution: STATIC, endpoints: [{address: 10.2.2.2}]}`,
  );
const route = (name: string, port: number, age = {}): string =>
  manifest(
    'VirtualService',
    name,
    `{hosts: [db.example], tcp: [{match: [{port: ${port}}], route: [{destination: {host: db.example, port: {number: 5432}}}]}]}`,
    age,
  );
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => code === 'MESH0190')
    .map(({ severity, kind, resource, field }) => [severity, kind, resource, field]);

describe('tcp and tls routes', () => {
  it('tells one that another VirtualService has the connections of', () => {
    expect(told(entry('TCP') + route('a', 5432) + route('b', 5432, later))).toEqual([
      ['error', 'conflict', 'VirtualService shop/b', 'spec.tcp[0]'],
    ]);
  });

  it('tells one for a port that is HTTP, or that is not there', () => {
    const missing = ['warning', 'missing-route', 'VirtualService shop/a', 'spec.tcp[0]'];
    expect(told(entry('HTTP') + route('a', 5432))).toEqual([missing]);
    expect(told(entry('TCP') + route('a', 5433))).toEqual([
      ['error', 'missing-route', 'VirtualService shop/a', 'spec.tcp[0].match[0].port'],
    ]);
  });

  it('tells a tls route for a port that no server of its Gateway has', () => {
    const gateway = manifest(
      'Gateway',
      'gate',
      '{selector: {istio: ingress}, servers: [{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.example]}]}',
    );
    const tls = (port: number): string =>
      manifest(
        'VirtualService',
        'a',
        `{hosts: [a.example], gateways: [gate], tls: [{match: [{port: ${port}, sniHosts: [a.example]}], route: [{destination: {host: cart}}]}]}`,
      );
    expect(told(gateway + tls(8443))).toEqual([
      ['error', 'missing-route', 'VirtualService shop/a', 'spec.tls[0].match[0].port'],
    ]);
    expect(told(gateway + tls(443))).toEqual([]);
  });

  it('is silent for one in use, for sources that nobody is, and where a proxy is not looked at', () => {
    expect(told(entry('TCP') + route('a', 5432))).toEqual([]);
    const restricted = route('a', 5433).replace('match: [{', 'match: [{sourceLabels: {app: none}, ');
    expect(told(entry('TCP') + restricted)).toEqual([]);
  });
});
