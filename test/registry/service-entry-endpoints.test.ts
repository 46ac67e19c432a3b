import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf, podYaml } from '../support/mesh.ts';

const entry = (spec: string, name = 'ext', created = '1') => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: shop, creationTimestamp: "2026-01-01T00:00:0${created}Z"}
spec: {hosts: [a.example], ports: [{name: http, number: 80, protocol: HTTP, targetPort: 8080}, {name: admin, number: 81, protocol: HTTP}], ${spec}}
`;

const workload = (name: string, spec: string, metadata = '') => `---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: ${name}, namespace: shop${metadata}}
spec: {${spec}}
`;

const readyPod = podYaml('shop/vm-pod', { labels: { app: 'vm' }, addresses: ['10.0.0.9'] }).replace(
  '"phase":"Running"',
  '"phase":"Running","conditions":[{"type":"Ready","status":"True"}]',
);

function endpointsOf(yaml: string, options: MeshOptions = {}): Endpoint[] {
  const registry = meshOf(yaml, options);
  const [service] = registry.services;
  return service ? service.ports.flatMap((port) => registry.endpoints(service, port)) : [];
}

const addresses = (endpoints: Endpoint[]) => endpoints.map(({ address, port, pipe }) => `${pipe ?? address}:${port}`);

describe('endpoints of a ServiceEntry', () => {
  it('are its own, at their own ports, else the targetPort, else the port', () => {
    const endpoints = endpointsOf(
      entry(
        'resolution: STATIC, endpoints: [{address: 192.0.2.1}, {address: 192.0.2.2, ports: {http: 9090}, weight: 3, locality: r/z, labels: {v: v1}, serviceAccount: vm, network: n1}]',
      ),
    );
    expect(addresses(endpoints)).toEqual(['192.0.2.1:8080', '192.0.2.2:9090', '192.0.2.1:81', '192.0.2.2:81']);
    expect(endpoints[1]).toMatchObject({
      weight: 3,
      locality: { region: 'r', zone: 'z', subzone: '' },
      network: 'n1',
      serviceAccount: 'spiffe://cluster.local/ns/shop/sa/vm',
      tlsMode: 'istio',
    });
    expect(endpoints[1]?.labels).toMatchObject({ v: 'v1', 'topology.istio.io/network': 'n1' });
    expect(endpoints[0]).toMatchObject({ tlsMode: 'disabled', serviceAccount: '' });
  });

  it('may be sockets', () => {
    const [endpoint] = endpointsOf(entry('resolution: STATIC, endpoints: [{address: "unix:///run/a.sock"}]'));
    expect(endpoint).toMatchObject({ pipe: '/run/a.sock', port: 0 });
  });

  it('name their workload from 1.30 on', () => {
    const yaml = entry('resolution: STATIC, endpoints: [{address: 192.0.2.1}]');
    expect(endpointsOf(yaml, { version: '1.32.0' })[0]).toMatchObject({ workloadName: 'ext-0', namespace: 'shop' });
    expect(endpointsOf(yaml, { version: '1.29.0' })[0]).toMatchObject({ workloadName: '', namespace: '' });
  });

  it('are its host where DNS finds it', () => {
    expect(addresses(endpointsOf(entry('resolution: DNS')))).toEqual(['a.example:8080', 'a.example:81']);
    expect(endpointsOf(entry('resolution: NONE'))).toEqual([]);
  });

  it('are the pods and WorkloadEntries that it selects', () => {
    const yaml =
      entry('resolution: STATIC, workloadSelector: {labels: {app: vm}}') +
      readyPod +
      workload('vm-1', 'address: 192.0.2.1, labels: {app: vm}') +
      workload('vm-2', 'address: 192.0.2.2', ', labels: {app: vm}') +
      workload('vm-3', 'address: vm.example, labels: {app: vm}') +
      workload('other', 'address: 192.0.2.4, labels: {app: other}');
    const http = endpointsOf(yaml).filter((endpoint) => endpoint.servicePortName === 'http');
    expect(addresses(http)).toEqual(['10.0.0.9:8080', '192.0.2.1:8080', '192.0.2.2:8080']);
    expect(http.map((endpoint) => endpoint.workloadName)).toEqual(['vm-pod', 'vm-1', 'vm-2']);
  });

  it('count host names of WorkloadEntries where DNS finds them', () => {
    const yaml =
      entry('resolution: DNS, workloadSelector: {labels: {app: vm}}') +
      workload('vm-3', 'address: vm.example, labels: {app: vm}');
    expect(addresses(endpointsOf(yaml))).toEqual(['vm.example:8080', 'vm.example:81']);
  });

  it('leave out WorkloadEntries whose health checks do not say healthy', () => {
    const checked = ', annotations: {proxy.istio.io/health-checks-enabled: "true"}';
    const yaml =
      entry('resolution: STATIC, workloadSelector: {labels: {app: vm}}') +
      workload('sick', 'address: 192.0.2.1, labels: {app: vm}', checked) +
      `${workload('well', 'address: 192.0.2.2, labels: {app: vm}', checked)}status: {conditions: [{type: Healthy, status: "True"}]}\n`;
    expect(endpointsOf(yaml).map(({ address }) => address)).toEqual(['192.0.2.2', '192.0.2.2']);
  });

  it('count once for each address of the host, and once with round robin', () => {
    const several = (resolution: string) =>
      entry(`addresses: [240.0.0.1, 240.0.0.2], resolution: ${resolution}, endpoints: [{address: 1.1.1.1}]`);
    expect(addresses(endpointsOf(several('STATIC')))).toEqual([
      '1.1.1.1:8080',
      '1.1.1.1:8080',
      '1.1.1.1:81',
      '1.1.1.1:81',
    ]);
    expect(addresses(endpointsOf(several('DNS_ROUND_ROBIN')))).toEqual(['1.1.1.1:8080', '1.1.1.1:81']);
  });

  it('of several ServiceEntries for one host belong to all of them', () => {
    const yaml =
      entry('resolution: STATIC, endpoints: [{address: 192.0.2.1}]') +
      entry('resolution: STATIC, endpoints: [{address: 192.0.2.2}]', 'ext2', '2');
    expect(new Set(endpointsOf(yaml).map(({ address }) => address))).toEqual(new Set(['192.0.2.1', '192.0.2.2']));
  });

  it('keep the oldest name of a port with round robin', () => {
    const yaml =
      entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: one.example}]') +
      entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: two.example}]', 'ext2', '2');
    expect(new Set(endpointsOf(yaml).map(({ address }) => address))).toEqual(new Set(['one.example']));
  });

  it('stand behind a Kubernetes Service that selects them', () => {
    const service = (targetPort: string) => `---
apiVersion: v1
kind: Service
metadata: {name: legacy, namespace: shop}
spec: {clusterIP: 10.96.0.7, selector: {app: vm}, ports: [{name: http, port: 80, targetPort: ${targetPort}}]}
`;
    const vm = workload('vm-1', 'address: 192.0.2.1, labels: {app: vm}, ports: {http: 7070, web: 7071}');
    expect(addresses(endpointsOf(service('8080') + vm))).toEqual(['192.0.2.1:7070']);
    expect(addresses(endpointsOf(service('web') + vm))).toEqual(['192.0.2.1:7071']);
    expect(endpointsOf(service('nothing') + vm)).toEqual([]);
    const environment = { PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES: 'false' };
    expect(endpointsOf(service('8080') + vm, { environment })).toEqual([]);
  });
});
