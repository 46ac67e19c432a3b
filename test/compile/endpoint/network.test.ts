import { describe, expect, it } from 'vitest';
import { compileClusters } from '../../../src/compile/cluster/index.ts';
import { compileEndpoints } from '../../../src/compile/endpoint/index.ts';
import type { Message } from '../../../src/model/envoy.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import { objectYaml, originsOf, sliceYaml, webHttp } from '../../support/clusters.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const network = 'topology.istio.io/network';
const istio = { 'security.istio.io/tlsMode': 'istio' };

/** web has a pod in network `near`, one with a sidecar in `far` and one without. */
const web =
  objectYaml('Service', 'web', { clusterIP: '10.1.0.1', ports: [{ name: 'http', port: 80 }] }) +
  podYaml('shop/web-1', { labels: { [network]: 'near', ...istio }, addresses: ['10.0.0.11'] }) +
  podYaml('shop/web-2', { labels: { [network]: 'far', ...istio }, addresses: ['10.0.0.12'] }) +
  podYaml('shop/web-3', { labels: { [network]: 'far' }, addresses: ['10.0.0.13'] }) +
  sliceYaml('web', { http: 80 }, { 'web-1': '10.0.0.11', 'web-2': '10.0.0.12', 'web-3': '10.0.0.13' });

/** The Service of a gateway into `far`. */
function gateway(...ingress: object[]): string {
  const yaml = objectYaml(
    'Service',
    'edge',
    { type: 'LoadBalancer', clusterIP: '10.1.0.2', ports: [{ name: 'tls', port: 15443 }] },
    { labels: { [network]: 'far' } },
  );
  return yaml.replace('"spec"', `"status":${JSON.stringify({ loadBalancer: { ingress } })},"spec"`);
}

function seen(yaml: string, own = 'near', version = '1.29.0'): Message[] {
  const labels: Record<string, string> = own === '' ? {} : { [network]: own };
  const environment: Record<string, string> = own === '' ? {} : { ISTIO_META_NETWORK: own };
  const registry = meshOf(podYaml('shop/client-1', { labels, environment }) + yaml, { version });
  const proxy = proxyOf(registry, 'shop/client-1');
  const assignment = compileEndpoints(proxy, registry, compileClusters(proxy, registry)).find(
    (item) => item.cluster_name === webHttp,
  );
  return assignment?.['endpoints'];
}

const entries = (groups: Message[]): [string, number][] =>
  groups[0]?.['lb_endpoints'].map((entry: Message) => {
    const { address, port_value: port } = entry['endpoint'].address.socket_address;
    return [`${address}:${port}`, entry['load_balancing_weight']];
  });

describe('endpoints of other networks', () => {
  it('are reached directly where no network has a gateway', () => {
    expect(entries(seen(web))).toHaveLength(3);
  });

  it('are reached through the gateways of their network, over mutual TLS only', () => {
    const groups = seen(web + gateway({ ip: '1.1.1.1' }, { ip: '2.2.2.2' }));
    expect(entries(groups)).toEqual([
      ['10.0.0.11:80', 2],
      ['1.1.1.1:15443', 1],
      ['2.2.2.2:15443', 1],
    ]);
    expect(groups[0]?.['load_balancing_weight']).toBe(4);
    expect(originsOf(groups, 0, 'lb_endpoints', 1, 'endpoint')).toEqual(['Service shop/edge ']);
  });

  it('are local to proxies of that network', () => {
    expect(entries(seen(web + gateway({ ip: '1.1.1.1' }), 'far')).map(([address]) => address)).toEqual([
      '10.0.0.11:80',
      '10.0.0.12:80',
      '10.0.0.13:80',
    ]);
  });

  it('need the gateway from 1.32 on where the proxy knows no network of its own', () => {
    const addresses = (version: string): string[] =>
      entries(seen(web + gateway({ ip: '1.1.1.1' }), '', version)).map(([address]) => address);
    expect(addresses('1.29.0')).toContain('10.0.0.12:80');
    expect(addresses('1.32.0')).not.toContain('10.0.0.12:80');
  });

  it('cannot be known where istiod asks DNS for the gateway', () => {
    expect(seen(web + gateway({ hostname: 'edge.example' }))[0]?.['lb_endpoints']).toBeInstanceOf(Unknown);
  });
});
