import { describe, expect, it } from 'vitest';
import { endpointHealth } from '../../src/registry/endpoint-slice.ts';
import { istiodEnvironment } from '../../src/registry/environment.ts';
import type { Endpoint } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf } from '../support/mesh.ts';

const service = (spec = 'clusterIP: 10.96.0.1, selector: {app: cart}') => `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {${spec}, ports: [{name: http, port: 80, targetPort: web}]}
`;

const node = `---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {topology.kubernetes.io/region: r1, topology.kubernetes.io/zone: z1, topology.istio.io/subzone: s1}}
`;

const pod = (labels = '{app: cart, security.istio.io/tlsMode: istio}', status = '') => `---
apiVersion: v1
kind: Pod
metadata:
  name: cart-abc-1
  namespace: shop
  generateName: cart-abc-
  labels: ${labels}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: cart-abc, controller: true}]
spec: {nodeName: n1, serviceAccountName: cart, containers: [{name: app, ports: [{name: web, containerPort: 8080}]}]}
status: {phase: Running, podIP: 10.0.0.1${status}, conditions: [{type: Ready, status: "True"}]}
`;

const slice = (endpoints: string, name = 'cart-1', type = 'IPv4') => `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
addressType: ${type}
metadata: {name: ${name}, namespace: shop, labels: {kubernetes.io/service-name: cart}}
ports: [{name: http, port: 8080}]
endpoints: ${endpoints}
`;

const ofPod = '{addresses: [10.0.0.1], targetRef: {kind: Pod, name: cart-abc-1, namespace: shop}}';

function endpointsOf(yaml: string, options: MeshOptions = {}): Endpoint[] {
  const registry = meshOf(yaml, options);
  return registry.services.flatMap((item) => item.ports.flatMap((port) => registry.endpoints(item, port)));
}

describe('endpoints of a Kubernetes Service', () => {
  it('take place, identity and workload from their pod', () => {
    const [endpoint] = endpointsOf(service() + node + pod() + slice(`[${ofPod}]`));
    expect(endpoint).toMatchObject({
      address: '10.0.0.1',
      port: 8080,
      servicePortName: 'http',
      locality: { region: 'r1', zone: 'z1', subzone: 's1' },
      serviceAccount: 'spiffe://cluster.local/ns/shop/sa/cart',
      workloadName: 'cart-abc',
      namespace: 'shop',
      tlsMode: 'istio',
      health: 'HEALTHY',
      nodeName: 'n1',
      clusterId: 'Kubernetes',
    });
    expect(endpoint?.labels).toMatchObject({
      app: 'cart',
      'topology.kubernetes.io/zone': 'z1',
      'topology.istio.io/cluster': 'Kubernetes',
      'kubernetes.io/hostname': 'n1',
    });
  });

  it('follow a locality label of the pod', () => {
    const [endpoint] = endpointsOf(service() + node + pod('{istio-locality: r2.z2}') + slice(`[${ofPod}]`));
    expect(endpoint?.locality).toEqual({ region: 'r2', zone: 'z2', subzone: '' });
  });

  it('wait for a pod that is not there', () => {
    expect(endpointsOf(service() + slice(`[${ofPod}]`))).toEqual([]);
  });

  it('without a pod have no identity', () => {
    const [endpoint] = endpointsOf(service('clusterIP: 10.96.0.1') + slice('[{addresses: [192.0.2.1]}]'));
    expect(endpoint).toMatchObject({ address: '192.0.2.1', serviceAccount: '', tlsMode: 'disabled', workloadName: '' });
  });

  it('find their pod by address where no reference names it', () => {
    const [endpoint] = endpointsOf(service() + pod() + slice('[{addresses: [10.0.0.1]}]'));
    expect(endpoint?.tlsMode).toBe('istio');
  });

  it('count once where slices overlap', () => {
    expect(endpointsOf(service() + pod() + slice(`[${ofPod}]`) + slice(`[${ofPod}]`, 'cart-2'))).toHaveLength(1);
  });

  it('are not made of host names', () => {
    expect(endpointsOf(service() + slice('[{addresses: [a.example]}]', 'cart-1', 'FQDN'))).toEqual([]);
  });

  it('bring all addresses of a dual-stack pod where istiod is dual-stack', () => {
    const yaml =
      service('clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, "fd00::1"], selector: {app: cart}') +
      pod('{app: cart}', ', podIPs: [{ip: 10.0.0.1}, {ip: "fd00::2"}]') +
      slice(`[${ofPod}]`) +
      slice(`[${ofPod.replace('10.0.0.1', '"fd00::2"')}]`, 'cart-6', 'IPv6');
    const dual = endpointsOf(yaml, { environment: { ISTIO_DUAL_STACK: 'true' } });
    expect(dual.map(({ address, additionalAddresses }) => [address, additionalAddresses])).toEqual([
      ['10.0.0.1', ['fd00::2']],
    ]);
    expect(endpointsOf(yaml).map(({ address }) => address)).toEqual(['10.0.0.1', 'fd00::2']);
  });

  it('know their network by label, by the system namespace and by address', () => {
    const system = `---
apiVersion: v1
kind: Namespace
metadata: {name: istio-system, labels: {topology.istio.io/network: n-system}}
`;
    const networks = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "", meshNetworks: "networks: {n-cidr: {endpoints: [{fromCidr: 10.0.0.0/24}]}}"}
`;
    const network = (labels: string, more: string) =>
      endpointsOf(service() + pod(labels) + slice(`[${ofPod}]`) + more)[0]?.network;
    expect(network('{topology.istio.io/network: n-label}', system + networks)).toBe('n-label');
    expect(network('{app: cart}', system + networks)).toBe('n-system');
    expect(network('{app: cart}', networks)).toBe('n-cidr');
    expect(network('{app: cart}', '')).toBe('');
  });
});

describe('health of an endpoint', () => {
  const environment = istiodEnvironment({});
  const sticky = { labels: { 'istio.io/persistent-session': 'cookie' } };
  it.each([
    [undefined, {}, 'HEALTHY'],
    [{ ready: true, terminating: true }, {}, 'HEALTHY'],
    [{ ready: false, terminating: false }, {}, 'UNHEALTHY'],
    [{ ready: false, terminating: true }, {}, 'TERMINATING'],
    [{ ready: false, serving: true, terminating: true }, sticky, 'DRAINING'],
    [{ ready: false, serving: false, terminating: true }, sticky, 'TERMINATING'],
    [{ ready: false }, {}, 'TERMINATING'],
  ])('of conditions %o is %s %s', (conditions, service, health) => {
    expect(endpointHealth(conditions, { labels: {}, ...service }, environment)).toBe(health);
  });
});
