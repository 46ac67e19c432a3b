import { describe, expect, it } from 'vitest';
import { meshOf, podYaml, proxyOf } from '../support/mesh.ts';

const service = (name: string, spec: string, created = '1') => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop, creationTimestamp: "2026-01-01T00:00:0${created}Z"}
spec: {${spec}}
`;

const selector = 'clusterIP: 10.96.0.1, selector: {app: cart}';
const pod = podYaml('shop/cart-1', { labels: { app: 'cart' } }).replace(
  '"image":"app"',
  '"image":"app","ports":[{"name":"web","containerPort":8080}]',
);

function targets(yaml: string): string[] {
  const registry = meshOf(pod + yaml);
  return registry
    .serviceTargets(proxyOf(registry, 'shop/cart-1'))
    .map(({ service: item, port, targetPort }) => `${item.name}:${port.port}->${targetPort}`);
}

describe('the services in a pod', () => {
  it('are those that select it, at the ports of its containers', () => {
    const ports =
      'ports: [{name: a, port: 80, targetPort: web}, {name: b, port: 81, targetPort: 9090}, {name: c, port: 82, targetPort: none}]';
    expect(targets(service('cart', `${selector}, ${ports}`))).toEqual(['cart:80->8080', 'cart:81->9090']);
  });

  it('name a port and protocol once', () => {
    const ports =
      'ports: [{name: http-a, port: 80, targetPort: 8080}, {name: http-b, port: 81, targetPort: 8080}, {name: tcp, port: 82, targetPort: 8080}]';
    expect(targets(service('cart', `${selector}, ${ports}`))).toEqual(['cart:80->8080', 'cart:82->8080']);
  });

  it('come in the order of creation, then of host names', () => {
    const ports = 'ports: [{name: http, port: 80, targetPort: 8080}]';
    const yaml =
      service('z', `${selector}, ${ports}`, '1') +
      service('b', `${selector}, ${ports}`, '2') +
      service('a', `${selector}, ${ports}`, '2');
    expect(targets(yaml)).toEqual(['z:80->8080', 'a:80->8080', 'b:80->8080']);
  });

  it('without a selector are known by their EndpointSlices', () => {
    const slice = `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
addressType: IPv4
metadata: {name: s, namespace: shop, labels: {kubernetes.io/service-name: manual}}
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}]
`;
    const manual = service('manual', 'clusterIP: None, ports: [{name: http, port: 80}]');
    expect(targets(manual + slice)).toEqual(['manual:80->8080']);
    // Only where none selects the pod.
    expect(targets(manual + slice + service('cart', `${selector}, ports: [{name: http, port: 80}]`))).toEqual([
      'cart:80->80',
    ]);
  });

  it('are ServiceEntries of the namespace with its address', () => {
    const entry = (namespace: string) => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: ${namespace}}
spec: {hosts: [a.example], ports: [{name: http, number: 80, protocol: HTTP, targetPort: 8080}], resolution: STATIC, endpoints: [{address: 10.0.0.1}]}
`;
    expect(targets(entry('shop'))).toEqual(['a.example:80->8080']);
    expect(targets(entry('other'))).toEqual([]);
  });

  it('are those of a WorkloadEntry with its address', () => {
    const entry = `---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm, namespace: shop}
spec: {address: 10.0.0.1, labels: {app: vm}, ports: {http: 7070}}
`;
    const cart = service('cart', `${selector}, ports: [{name: http, port: 80}]`);
    const vm = service('vm', 'clusterIP: 10.96.0.2, selector: {app: vm}, ports: [{name: http, port: 80}]');
    expect(targets(cart + vm + entry)).toEqual(['vm:80->7070']);
  });
});
