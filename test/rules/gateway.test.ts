import { describe, expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const server = (port: number, host = 'www.example', more = ''): string =>
  `{port: {number: ${port}, name: p${port}, protocol: HTTP}, hosts: ["${host}"]${more}}`;
const gateway = (selector: string, ...servers: string[]): string =>
  manifest('Gateway', 'public', `{selector: ${selector}, servers: [${servers.join(', ')}]}`, { namespace: 'edge' });
const www = manifest(
  'VirtualService',
  'www',
  '{hosts: [www.example], gateways: [edge/public], http: [{route: [{destination: {host: cart}}]}]}',
);
const ingress = '{istio: ingress}';
const all = (yaml: string, extra = '') =>
  findingsIn(yaml, { infos: true, extra }).map(({ code, severity, field }) => [code, severity, field]);

describe('a Gateway for nobody', () => {
  it('is an error where a VirtualService is in no proxy for it', () => {
    expect(all(gateway('{istio: egress}', server(80)) + www)).toEqual([['MESH0181', 'error', 'spec.selector']]);
  });

  it('is a note where nothing is lost', () => {
    expect(all(gateway('{istio: egress}', server(80)))).toEqual([['MESH0181', 'info', 'spec.selector']]);
  });

  it('is not told of a workload that is scaled to zero', () => {
    const spec = '{replicas: 0, template: {metadata: {labels: {istio: egress}}}}';
    expect(all(gateway('{istio: egress}', server(80)) + manifest('Deployment', 'egress', spec))).toEqual([]);
  });

  it('says that sidecars open no ports', () => {
    const [found] = findingsIn(gateway('{app: cart}', server(80)) + www);
    expect(found?.message).toContain('pods with a sidecar do');
  });
});

describe('a server without routes', () => {
  const field = 'spec.servers[0].hosts';

  it('is told, and not where a VirtualService shares one host with it', () => {
    expect(all(gateway(ingress, server(80)))).toEqual([['MESH0182', 'info', field]]);
    expect(all(gateway(ingress, server(80, '*.example')) + www)).toEqual([]);
  });

  it('is no fault where it only redirects', () => {
    expect(all(gateway(ingress, server(80, 'x.example', ', tls: {httpsRedirect: true}'), server(81)) + www)).toEqual(
      [],
    );
  });
});

describe('a port that no Service opens', () => {
  const service = (port: number): string => `---
apiVersion: v1
kind: Service
metadata: {name: gate, namespace: edge}
spec: {selector: {istio: ingress}, clusterIP: 10.96.0.99, ports: [{name: http, port: ${port}, targetPort: ${port}}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: gate, namespace: edge, labels: {kubernetes.io/service-name: gate}}
addressType: IPv4
ports: [{name: http, port: ${port}}]
endpoints: [{addresses: [10.0.0.99], conditions: {ready: true}, targetRef: {kind: Pod, name: gate, namespace: edge}}]
`;

  it('is told where the pod has Services', () => {
    expect(all(gateway(ingress, server(8080)) + www, service(80))).toEqual([
      ['MESH0183', 'info', 'spec.servers[0].port.number'],
    ]);
    expect(all(gateway(ingress, server(80)) + www, service(80))).toEqual([]);
  });
});
