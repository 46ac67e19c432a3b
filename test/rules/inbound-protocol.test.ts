import { expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

/** A further Service of the cart's pods, younger than the one of the test mesh (http-8080) unless told otherwise. */
const service = (port: string, created = '2024-03-01T00:00:00Z'): string => `---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: shop, creationTimestamp: "${created}"}
spec: {selector: {app: cart}, clusterIP: 10.96.0.77, clusterIPs: [10.96.0.77], ports: [${port}]}
`;
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => code === 'MESH0200')
    .map(({ severity, resource, field }) => `${severity} ${resource} ${field}`);

it('tells the Service whose protocol an older one overrides', () => {
  const [finding] = findingsIn(service('{name: tcp, port: 9000, targetPort: 8080}', '2023-01-01T00:00:00Z'));
  expect(finding?.code).toBe('MESH0200');
  expect(finding?.resource).toBe('Service shop/cart');
  expect(finding?.effect).toContain('takes the port as TCP');
  expect(finding?.proxies).toEqual(['shop/cart-v1', 'shop/cart-v2']);
  expect(told(service('{name: grpc, port: 9000, targetPort: 8080}'))).toEqual([
    'warning Service shop/other spec.ports[0]',
  ]);
});

it('is a note where it depends on what the workload speaks', () => {
  expect(told(service('{name: tcp, port: 9000, targetPort: 8080}'))).toEqual(['info Service shop/other spec.ports[0]']);
  expect(told(service('{name: http2, port: 9000, targetPort: 8080}'))).toEqual([
    'info Service shop/other spec.ports[0]',
  ]);
});

it('is silent for the same protocol, another port, a sniffed port and a Sidecar with ingress', () => {
  expect(told(service('{name: http, port: 9000, targetPort: 8080}'))).toEqual([]);
  expect(told(service('{name: tcp, port: 8080, targetPort: 9000}'))).toEqual([]);
  expect(told(service('{name: web, port: 9000, targetPort: 8080}'))).toEqual([]);
  const sidecar = `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec: {ingress: [{port: {number: 8080, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}], egress: [{hosts: ["*/*"]}]}
`;
  expect(told(service('{name: grpc, port: 9000, targetPort: 8080}') + sidecar)).toEqual([]);
});
