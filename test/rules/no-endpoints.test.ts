import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const ports = 'ports: [{number: 80, name: http, protocol: HTTP}]';
const entry = (rest: string): string =>
  manifest('ServiceEntry', 'ops', `{hosts: [ops.example.com], location: MESH_INTERNAL, ${ports}, ${rest}}`);
const told = (yaml: string, options = {}) =>
  findingsIn(yaml, { infos: true, ...options })
    .filter(({ code }) => code === 'MESH0207')
    .map(({ severity, resource, field }) => `${severity} ${resource} ${field}`);
const selecting = (app: string): string => entry(`resolution: STATIC, workloadSelector: {labels: {app: ${app}}}`);

it('tells STATIC without endpoints and a workloadSelector that selects nobody', () => {
  expect(told(entry('resolution: STATIC'))).toEqual(['error ServiceEntry shop/ops spec.resolution']);
  expect(told(selecting('crat'))).toEqual(['error ServiceEntry shop/ops spec.workloadSelector.labels']);
  expect(told(selecting('crat'), { unseenClusters: ['west'] })).toEqual([
    'info ServiceEntry shop/ops spec.workloadSelector.labels',
  ]);
});

it('is silent for endpoints, selected pods, workloads that may come, DNS, and a name that is led elsewhere', () => {
  expect(told(entry('resolution: STATIC, endpoints: [{address: 10.1.1.1}]'))).toEqual([]);
  expect(told(selecting('cart'))).toEqual([]);
  const group = manifest('WorkloadGroup', 'vm', '{metadata: {labels: {app: crat}}, template: {}}');
  expect(told(selecting('crat') + group)).toEqual([]);
  expect(told(entry('resolution: DNS'))).toEqual([]);
  const elsewhere = '{hosts: [ops.example.com], http: [{route: [{destination: {host: cart, port: {number: 8080}}}]}]}';
  expect(told(entry('resolution: STATIC') + manifest('VirtualService', 'ops', elsewhere))).toEqual([]);
  expect(told(entry('resolution: STATIC, exportTo: ["~"]'))).toEqual([]);
});
