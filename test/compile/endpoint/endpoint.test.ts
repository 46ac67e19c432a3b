import { describe, expect, it } from 'vitest';
import { compileClusters } from '../../../src/compile/cluster/index.ts';
import { compileEndpoints } from '../../../src/compile/endpoint/index.ts';
import type { ClusterLoadAssignment, Message } from '../../../src/model/envoy.ts';
import { OneOf } from '../../../src/model/one-of.ts';
import { objectYaml, originsOf, ruleYaml, sliceYaml, web, webHttp } from '../../support/clusters.ts';
import type { MeshOptions, PodOptions } from '../../support/mesh.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

type Options = MeshOptions & { client?: PodOptions };

function assignments(yaml: string, { client = {}, ...options }: Options = {}): ClusterLoadAssignment[] {
  const registry = meshOf(podYaml('shop/client-1', client) + yaml, options);
  const proxy = proxyOf(registry, 'shop/client-1');
  return compileEndpoints(proxy, registry, compileClusters(proxy, registry));
}

function entries(yaml: string, options: Options = {}, name = webHttp): Message[] {
  const assignment = assignments(yaml, options).find((item) => item.cluster_name === name);
  return (assignment?.['endpoints'] ?? []).flatMap((group: Message) => group['lb_endpoints']);
}

const hosts = (list: Message[]): string[] => list.map((entry) => entry['endpoint'].address.socket_address.address);
const tlsModes = (list: Message[]): unknown[] =>
  list.map((entry) => entry['metadata'].filter_metadata['envoy.transport_socket_match']);
const istio = { tlsMode: 'istio' };

describe('load assignments', () => {
  it('hold the endpoints of a port, with their workload and TLS mode', () => {
    const [first, second] = entries(web);
    expect(first).toMatchObject({
      endpoint: { address: { socket_address: { address: '10.0.0.11', port_value: 8080 } } },
      health_status: 'HEALTHY',
      metadata: {
        filter_metadata: { 'envoy.transport_socket_match': istio, istio: { workload: 'web-1;shop;web;v1;Kubernetes' } },
      },
      load_balancing_weight: 1,
    });
    expect(second?.['metadata'].filter_metadata['envoy.transport_socket_match']).toBeUndefined();
    expect(originsOf(first, 'endpoint')).toEqual(['EndpointSlice shop/web-1 ']);
  });

  it('hold those of a subset by its labels', () => {
    const yaml = web + ruleYaml({}, { subsets: [{ name: 'v2', labels: { version: 'v2' } }] });
    const name = 'outbound|80|v2|web.shop.svc.cluster.local';
    expect(hosts(entries(yaml, {}, name))).toEqual(['10.0.0.12']);
    const assignment = assignments(yaml).find((item) => item.cluster_name === name);
    expect(originsOf(assignment, 'endpoints')).toEqual(['DestinationRule shop/web spec.subsets[0].labels']);
  });

  it('have weight and locality from the entries that set them', () => {
    const spec = {
      hosts: ['a.example'],
      resolution: 'STATIC',
      ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
      endpoints: [
        { address: '10.3.0.1', weight: 5, locality: 'r/z' },
        { address: '10.3.0.2', locality: 'r/z' },
      ],
    };
    const found = assignments(objectYaml('ServiceEntry', 'a', spec)).find((it) =>
      it.cluster_name.endsWith('a.example'),
    );
    const at = (...path: (string | number)[]) => originsOf(found, 'endpoints', 0, ...path);
    const entry = (index: number, key: string) => `ServiceEntry shop/a spec.endpoints[${index}]${key}`;
    expect(at('lb_endpoints', 0, 'load_balancing_weight')).toEqual([entry(0, '.weight')]);
    expect(at('lb_endpoints', 1, 'load_balancing_weight')).toEqual([entry(1, '')]);
    expect(at('load_balancing_weight')).toEqual([entry(0, '.weight'), entry(1, '')]);
    expect(at('locality', 'zone')).toEqual([entry(0, '.locality'), entry(1, '.locality')]);
  });

  it('are empty where nothing is behind a service', () => {
    const yaml = objectYaml('Service', 'a', { clusterIP: '10.1.0.9', ports: [{ name: 'http', port: 80 }] });
    expect(assignments(yaml)).toEqual([{ cluster_name: 'outbound|80||a.shop.svc.cluster.local' }]);
  });

  it('leave out unready endpoints before 1.32, and there where a rule wants a minimum of health', () => {
    const yaml = web.replace(
      sliceYaml('web', { http: 8080, tcp: 9090 }, { 'web-1': '10.0.0.11', 'web-2': '10.0.0.12' }),
      sliceYaml('web', { http: 8080 }, { 'web-1': '10.0.0.11', 'web-2': '10.0.0.12' }, ['web-2']),
    );
    const rule = ruleYaml({ outlierDetection: { minHealthPercent: 10 } });
    expect(hosts(entries(yaml))).toEqual(['10.0.0.11']);
    expect(entries(yaml, { version: '1.32.0' }).map((entry) => entry['health_status'])).toEqual([
      'HEALTHY',
      'UNHEALTHY',
    ]);
    expect(hosts(entries(yaml + rule, { version: '1.32.0' }))).toEqual(['10.0.0.11']);
  });

  it('leave open whether outlier detection ejected an endpoint', () => {
    const [first] = entries(web + ruleYaml({ outlierDetection: {} }));
    expect(first?.['health_status']).toEqual(new OneOf('HEALTHY', 'UNHEALTHY'));
  });

  it('of ServiceEntries leave host names to DNS', () => {
    const yaml = objectYaml('ServiceEntry', 'e', {
      hosts: ['e.example'],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'STATIC',
      endpoints: [{ address: '10.9.0.1', weight: 4 }, { address: 'unix:///run/e.sock' }],
    });
    const list = entries(yaml, {}, 'outbound|80||e.example');
    expect(list.map((entry) => [entry['endpoint'].address, entry['load_balancing_weight']])).toEqual([
      [{ socket_address: { address: '10.9.0.1', port_value: 80 } }, 4],
      [{ pipe: { path: '/run/e.sock' } }, 1],
    ]);
  });

  it('stay on the node where the Service says so', () => {
    const local = web.replace('"clusterIP"', '"internalTrafficPolicy":"Local","clusterIP"');
    const away = local.replace(/("name":"web-1".*?"spec":\{)/, '$1"nodeName":"other",');
    expect(hosts(entries(away))).toEqual(['10.0.0.12']);
  });
});

describe('mutual TLS towards endpoints', () => {
  it('follows the mode of the rule', () => {
    expect(tlsModes(entries(web + ruleYaml({ tls: { mode: 'DISABLE' } })))).toEqual([undefined, undefined]);
    expect(tlsModes(entries(web + ruleYaml({ tls: { mode: 'ISTIO_MUTUAL' } })))).toEqual([istio, undefined]);
    const port = { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE' } }] };
    expect(tlsModes(entries(web + ruleYaml(port)))).toEqual([undefined, undefined]);
  });

  it('of a subset does not look at the host before 1.32', () => {
    const yaml = web + ruleYaml({ tls: { mode: 'DISABLE' } }, { subsets: [{ name: 'v1', labels: { version: 'v1' } }] });
    const v1 = (version: string): unknown[] =>
      tlsModes(entries(yaml, { version }, 'outbound|80|v1|web.shop.svc.cluster.local'));
    expect(v1('1.29.0')).toEqual([istio]);
    expect(v1('1.32.0')).toEqual([undefined]);
  });

  it('is off where PeerAuthentication disables it on the port of the pod', () => {
    const policy = objectYaml('PeerAuthentication', 'web', {
      selector: { matchLabels: { app: 'web' } },
      portLevelMtls: { 8080: { mode: 'DISABLE' } },
    });
    expect(tlsModes(entries(web + policy))).toEqual([undefined, undefined]);
    expect(tlsModes(entries(web + policy, {}, 'outbound|90||web.shop.svc.cluster.local'))).toEqual([istio, undefined]);
  });

  it('may not have heard of a PeerAuthentication of another namespace before 1.32', () => {
    const policy = objectYaml('PeerAuthentication', 'web', {
      selector: { matchLabels: { app: 'web' } },
      mtls: { mode: 'DISABLE' },
    });
    const registry = meshOf(web + policy + podYaml('away/client-1'));
    const proxy = proxyOf(registry, 'away/client-1');
    const assignment = compileEndpoints(proxy, registry, compileClusters(proxy, registry)).find(
      (item) => item.cluster_name === webHttp,
    );
    expect(tlsModes(assignment?.['endpoints'][0].lb_endpoints)).toEqual([new OneOf(undefined, istio), undefined]);
  });
});
