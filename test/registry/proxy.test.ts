import { describe, expect, it } from 'vitest';
import { type MeshOptions, meshOf, type PodOptions, podYaml, proxyOf } from '../support/mesh.ts';

function proxy(pod: PodOptions = {}, options: MeshOptions = {}, more = '') {
  return proxyOf(meshOf(podYaml('shop/cart-1', pod) + more, options), 'shop/cart-1');
}

describe('a proxy', () => {
  it('is what its pod tells pilot-agent', () => {
    const found = proxy({
      labels: { app: 'cart', 'pod-template-hash': 'abc' },
      annotations: { 'istio.io/rev': 'canary' },
      environment: {
        ISTIO_META_CLUSTER_ID: 'c1',
        ISTIO_META_NETWORK: 'n1',
        ISTIO_META_MESH_ID: 'm1',
        ISTIO_META_INTERCEPTION_MODE: 'TPROXY',
        ISTIO_META_WORKLOAD_NAME: 'cart-v1',
        ISTIO_META_EMPTY: '',
        ISTIO_METAJSON_X: '{"EXTRA": "yes"}',
        PROXY_CONFIG: '{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}}',
      },
    });
    expect(found).toMatchObject({
      type: 'sidecar',
      clusterId: 'c1',
      network: 'n1',
      meshId: 'm1',
      interceptionMode: 'TPROXY',
      workloadName: 'cart-v1',
      revision: 'canary',
      dnsDomain: 'shop.svc.cluster.local',
      ipAddresses: ['10.0.0.1'],
      appContainers: ['app'],
    });
    expect(found.metadata).toMatchObject({
      LABELS: { app: 'cart' },
      ANNOTATIONS: { 'istio.io/rev': 'canary' },
      EXTRA: 'yes',
      DNS_CAPTURE: 'true',
      NAMESPACE: 'shop',
      NAME: 'cart-1',
      INSTANCE_IPS: '10.0.0.1',
    });
    expect(found.metadata).not.toHaveProperty('EMPTY');
    expect(found.metadata['LABELS']).not.toHaveProperty('pod-template-hash');
    expect(found.labels).toMatchObject({ 'pod-template-hash': 'abc', 'topology.istio.io/cluster': 'c1' });
  });

  it('is in the network that it tells, not in that of its pod', () => {
    const found = proxy({ labels: { 'topology.istio.io/network': 'n2' } });
    expect(found.network).toBe('');
    expect(found.labels['topology.istio.io/network']).toBe('n2');
  });

  it('is a router where pilot-agent runs as one', () => {
    expect(proxy({ gateway: true }).type).toBe('router');
  });

  it('has the version of its image, else of the control plane', () => {
    expect(proxy({}, { version: '1.29.2' }).istioVersion).toBe('1.29.2');
    const tagged = podYaml('shop/cart-1').replace('proxyv2', 'proxyv2:1.28.3-distroless');
    expect(proxyOf(meshOf(tagged), 'shop/cart-1').istioVersion).toBe('1.28.3');
  });

  it('is none without the container, without an address, or once finished', () => {
    const pod = podYaml('shop/cart-1');
    for (const [from, to] of [
      ['istio-proxy', 'other'],
      ['"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]', '"podIP":""'],
      ['"phase":"Running"', '"phase":"Succeeded"'],
      ['"proxy","sidecar"', '"proxy","ztunnel"'],
    ] as const) {
      expect(pod).toContain(from);
      expect(meshOf(pod.replace(from, to)).proxies).toEqual([]);
    }
  });

  it('works with the ProxyConfig that injection wrote, and the annotation over it', () => {
    const found = proxy({
      environment: { PROXY_CONFIG: '{"concurrency": 2, "proxyHeaders": {"requestId": {"disabled": true}}}' },
      annotations: { 'proxy.istio.io/config': 'concurrency: 4\nproxyHeaders: {server: {disabled: true}}\n' },
    });
    expect(found.proxyConfig).toMatchObject({
      concurrency: 4,
      statusPort: 15020,
      // Of the headers those that the annotation leaves out stay.
      proxyHeaders: { server: { disabled: true }, requestId: { disabled: true } },
    });
  });

  it('ignores fields that its version does not know', () => {
    const annotations = { 'proxy.istio.io/config': 'connectionSettings: {httpStreamIdleTimeout: 1s}' };
    const environment = { PROXY_CONFIG: '{}' };
    expect(proxy({ annotations, environment }, { version: '1.29.0' }).proxyConfig).not.toHaveProperty(
      'connectionSettings',
    );
    expect(proxy({ annotations, environment }, { version: '1.32.0' }).proxyConfig).toHaveProperty('connectionSettings');
  });

  it('without it gets what injection would write now', () => {
    const proxyConfig = (name: string, namespace: string, spec: string) => `---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec}}
`;
    const found = proxy(
      { labels: { app: 'cart' }, annotations: { 'proxy.istio.io/config': 'tracing: {sampling: 5}' } },
      {},
      proxyConfig('root', 'istio-system', 'concurrency: 1, environmentVariables: {A: root, B: root}') +
        proxyConfig('own', 'shop', 'concurrency: 2, environmentVariables: {B: own}') +
        proxyConfig('cart', 'shop', 'selector: {matchLabels: {app: cart}}, concurrency: 3') +
        proxyConfig('other', 'shop', 'selector: {matchLabels: {app: other}}, concurrency: 9'),
    );
    expect(found.proxyConfig).toMatchObject({
      concurrency: 3,
      proxyMetadata: { A: 'root', B: 'own' },
      tracing: { sampling: 5 },
    });
  });
});
