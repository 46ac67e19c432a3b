import { describe, expect, it } from 'vitest';
import { compileClusters } from '../../../src/compile/cluster/index.ts';
import type { Cluster } from '../../../src/model/envoy.ts';
import { objectYaml, originsOf, ruleYaml, web } from '../../support/clusters.ts';
import type { MeshOptions } from '../../support/mesh.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

function inbound(yaml: string, options: MeshOptions = {}, id = 'shop/web-1'): Record<string, Cluster> {
  const registry = meshOf(yaml, options);
  const clusters = compileClusters(proxyOf(registry, id), registry);
  return Object.fromEntries(
    clusters.filter((cluster) => /^inbound|Inbound/.test(cluster.name)).map((cluster) => [cluster.name, cluster]),
  );
}

const sidecar = (spec: object): string => objectYaml('Sidecar', 'own', spec);
const ingress = (defaultEndpoint?: string): object => ({
  port: { number: 7000, name: 'http', protocol: 'HTTP' },
  defaultEndpoint,
});
const maxConnections = (cluster: Cluster | undefined): number =>
  cluster?.['circuit_breakers'].thresholds[0].max_connections;

describe('inbound clusters', () => {
  it('are one for each port of the pod that services lead to', () => {
    const clusters = inbound(web);
    expect(Object.keys(clusters)).toEqual(['inbound|8080||', 'inbound|9090||', 'InboundPassthroughCluster']);
    expect(clusters['inbound|8080||']).toMatchObject({
      type: 'ORIGINAL_DST',
      lb_policy: 'CLUSTER_PROVIDED',
      cleanup_interval: '9223372035s',
      upstream_bind_config: { source_address: { address: '127.0.0.6', port_value: 0 } },
      metadata: { filter_metadata: { istio: { services: [{ host: 'web.shop.svc.cluster.local' }] } } },
    });
    expect(originsOf(clusters['inbound|8080||'], 'name')).toEqual(['Service shop/web spec.ports[0]']);
  });

  it('go to loopback where the mesh says so', () => {
    const cluster = inbound(web, { mesh: { inboundTrafficPolicy: { mode: 'LOCALHOST' } } })['inbound|8080||'];
    expect(cluster?.['type']).toBe('STATIC');
    expect(cluster?.['upstream_bind_config']).toBeUndefined();
    expect(cluster?.['load_assignment'].endpoints[0].lb_endpoints[0].endpoint.address.socket_address).toEqual({
      address: '127.0.0.1',
      port_value: 8080,
    });
  });

  it('have the connection pool of the rule, else of the Sidecar', () => {
    const rule = ruleYaml({ connectionPool: { tcp: { maxConnections: 5 } } });
    expect(maxConnections(inbound(web + rule)['inbound|8080||'])).toBe(5);
    const own = sidecar({ inboundConnectionPool: { tcp: { maxConnections: 6 } } });
    expect(maxConnections(inbound(web + rule + own)['inbound|8080||'])).toBe(6);
  });

  it('send from an address of the pod’s family', () => {
    const pod = podYaml('shop/six-1', { labels: { app: 'six' }, addresses: ['fd00::1'] });
    expect(inbound(pod, {}, 'shop/six-1')['InboundPassthroughCluster']?.['upstream_bind_config']).toEqual({
      source_address: { address: '::6', port_value: 0 },
    });
  });
});

describe('ingress of a Sidecar', () => {
  const cluster = (defaultEndpoint?: string): Cluster | undefined =>
    inbound(web + sidecar({ ingress: [ingress(defaultEndpoint)] }))['inbound|7000||'];
  const address = (defaultEndpoint: string) =>
    cluster(defaultEndpoint)?.['load_assignment'].endpoints[0].lb_endpoints[0].endpoint.address;

  it('replaces the ports of services', () => {
    expect(Object.keys(inbound(web + sidecar({ ingress: [ingress('127.0.0.1:7001')] })))).toEqual([
      'inbound|7000||',
      'InboundPassthroughCluster',
    ]);
  });

  it('leads to its default endpoint', () => {
    expect(address('127.0.0.1:7001')).toEqual({ socket_address: { address: '127.0.0.1', port_value: 7001 } });
    expect(address('0.0.0.0:7001')).toEqual({ socket_address: { address: '10.0.0.11', port_value: 7001 } });
    expect(address('[::1]:7001')).toEqual({ socket_address: { address: '127.0.0.1', port_value: 7001 } });
    expect(address('unix:///var/run/app.sock')).toEqual({ pipe: { path: '/var/run/app.sock' } });
    expect(cluster()?.['type']).toBe('ORIGINAL_DST');
    expect(originsOf(cluster('127.0.0.1:7001'), 'load_assignment')).toEqual(['Sidecar shop/own spec.ingress[0]']);
  });

  it('may have a connection pool of its own', () => {
    const own = { ...ingress('127.0.0.1:7001'), connectionPool: { tcp: { maxConnections: 3 } } };
    expect(maxConnections(inbound(web + sidecar({ ingress: [own] }))['inbound|7000||'])).toBe(3);
  });
});

describe('gateways with AUTO_PASSTHROUGH', () => {
  it('have every service again by SNI, without TLS', () => {
    const gateway = objectYaml('Gateway', 'gw', {
      selector: { app: 'gw' },
      servers: [
        {
          port: { number: 15443, name: 'tls', protocol: 'TLS' },
          hosts: ['*.local'],
          tls: { mode: 'AUTO_PASSTHROUGH' },
        },
      ],
    });
    const registry = meshOf(web + gateway + podYaml('shop/gw-1', { labels: { app: 'gw' }, gateway: true }));
    const clusters = compileClusters(proxyOf(registry, 'shop/gw-1'), registry);
    const found = clusters.find((cluster) => cluster.name === 'outbound_.80_._.web.shop.svc.cluster.local');
    expect(found?.['type']).toBe('EDS');
    expect(found?.['transport_socket_matches']).toBeUndefined();
  });
});
