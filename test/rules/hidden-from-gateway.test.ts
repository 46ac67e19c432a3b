import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const gateway = manifest(
  'Gateway',
  'public',
  '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}',
);
const service = (rest: string, gateways = 'public'): string =>
  manifest(
    'VirtualService',
    'www',
    `{${rest}hosts: [www.example], gateways: [${gateways}], http: [{route: [{destination: {host: cart}}]}]}`,
  );
const told = (yaml: string, options = {}) =>
  findingsIn(gateway + yaml, options)
    .filter(({ code }) => code === 'MESH0212')
    .map(({ severity, field }) => `${severity} ${field}`);

it('tells a VirtualService that the pods of its gateway do not see', () => {
  expect(told(service('exportTo: ["."], '))).toEqual(['error spec.exportTo']);
  expect(told(service('exportTo: [shop, istio-system], '))).toEqual(['error spec.exportTo']);
  const [hidden] = findingsIn(gateway + service('exportTo: ["."], ')).filter(({ code }) => code === 'MESH0212');
  expect(hidden?.fix).toBe('export it to edge, too.');
});

it('is told at the gateway where the mesh config hides it', () => {
  const mesh = { defaultVirtualServiceExportTo: ['.'] };
  expect(told(service(''), { mesh })).toEqual(['error spec.gateways[0]']);
});

it('is silent where they see it, where nobody shall, for mesh and for a Gateway that is not there', () => {
  expect(told(service(''))).toEqual([]);
  expect(told(service('exportTo: ["*"], '))).toEqual([]);
  expect(told(service('exportTo: [".", edge], '))).toEqual([]);
  expect(told(service('exportTo: ["~"], '))).toEqual([]);
  expect(told(service('exportTo: ["."], ', 'mesh'))).toEqual([]);
  expect(told(service('exportTo: ["."], ', 'other'))).toEqual([]);
});
