import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const entry = (host: string, more = ''): string =>
  manifest(
    'ServiceEntry',
    'moved',
    `{hosts: [other.example, ${host}], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 8080, name: http-8080, protocol: HTTP}]${more}}`,
  );
const endpoints = ', endpoints: [{address: 10.9.9.9}]';
const told = (yaml: string) =>
  findingsIn(yaml).flatMap(({ code, severity, field, proxies }) =>
    code === 'MESH0115' ? [[severity, field, proxies.length]] : [],
  );

it('tells an entry that adds its endpoints to those of a Service', () => {
  expect(told(entry('cart.shop.svc.cluster.local', endpoints))).toEqual([['warning', 'spec.hosts[1]', 4]]);
});

it('is silent for a host of its own, and for an entry without endpoints', () => {
  expect(told(entry('cart.example', endpoints))).toEqual([]);
  expect(told(entry('cart.shop.svc.cluster.local'))).toEqual([]);
});
