import { describe, expect, it } from 'vitest';
import { clusterOf, clustersOf, httpOptions, objectYaml, originsOf, web, webHttp } from '../../support/clusters.ts';

const names = (yaml: string, options = {}): string[] => clustersOf(yaml, options).map((cluster) => cluster.name);
const ports = (...list: object[]): string => objectYaml('Service', 'a', { clusterIP: '10.1.0.9', ports: list });
const a = (port: number): string => `outbound|${port}||a.shop.svc.cluster.local`;

describe('outbound clusters', () => {
  it('are one for each port, beside those that every proxy has', () => {
    expect(names(web)).toEqual([
      'outbound|80||web.shop.svc.cluster.local',
      'outbound|90||web.shop.svc.cluster.local',
      'BlackHoleCluster',
      'PassthroughCluster',
      'InboundPassthroughCluster',
    ]);
    expect(names(web, { client: { gateway: true } }).slice(2)).toEqual(['BlackHoleCluster']);
  });

  it('fetch endpoints over ADS and come from the port of the Service', () => {
    const cluster = clusterOf(web, webHttp);
    expect(cluster).toMatchObject({
      type: 'EDS',
      eds_cluster_config: { eds_config: { ads: {}, initial_fetch_timeout: '0s' }, service_name: webHttp },
      connect_timeout: '10s',
      lb_policy: 'LEAST_REQUEST',
      alt_stat_name: `${webHttp};`,
    });
    expect(originsOf(cluster, 'alt_stat_name')).toEqual(['Service shop/web spec.ports[0]']);
  });

  it('are of the type that a ServiceEntry resolves by, and lead to it', () => {
    const spec = { hosts: ['a.example'], ports: [{ name: 'tcp', number: 90, protocol: 'TCP' }], resolution: 'DNS' };
    const cluster = clusterOf(objectYaml('ServiceEntry', 'a', spec), 'outbound|90||a.example');
    expect(cluster['type']).toBe('STRICT_DNS');
    expect(originsOf(cluster, 'type')).toEqual(['ServiceEntry shop/a spec.resolution']);
  });

  it('leave out UDP and other names of services', () => {
    expect(names(ports({ name: 'dns', port: 53, protocol: 'UDP' }))).not.toContain(a(53));
    const alias = objectYaml('Service', 'a', {
      type: 'ExternalName',
      externalName: 'b.example',
      ports: [{ port: 80 }],
    });
    expect(names(alias)).not.toContain(a(80));
  });

  it('speak the protocol of the port', () => {
    const yaml = ports(
      { name: 'grpc', port: 1 },
      { name: 'http', port: 2 },
      { name: 'unnamed', port: 3 },
      { name: 'tcp', port: 4 },
    );
    expect(httpOptions(clusterOf(yaml, a(1)))).toMatchObject({ explicit_http_config: { http2_protocol_options: {} } });
    expect(httpOptions(clusterOf(yaml, a(2)))).toBeUndefined();
    expect(httpOptions(clusterOf(yaml, a(3)))).toMatchObject({ use_downstream_protocol_config: {} });
    expect(httpOptions(clusterOf(yaml, a(3), { client: { gateway: true } }))).toBeUndefined();
    expect(httpOptions(clusterOf(yaml, a(4)))).toBeUndefined();
  });

  it('of headless services keep the original destination, which gateways cannot', () => {
    const yaml = objectYaml('Service', 'a', { clusterIP: 'None', ports: [{ name: 'tcp', port: 1 }] });
    expect(clusterOf(yaml, a(1))).toMatchObject({ type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' });
    expect(clusterOf(yaml, a(1), { client: { gateway: true } })).toMatchObject({
      type: 'EDS',
      lb_policy: 'LEAST_REQUEST',
    });
  });

  it('count under the name that the mesh gives them', () => {
    expect(
      clusterOf(web, webHttp, { mesh: { outboundClusterStatName: '%SERVICE%_%SERVICE_PORT_NAME%' } }),
    ).toMatchObject({
      alt_stat_name: 'web.shop_http;',
    });
  });

  it('send unready endpoints without panic from 1.32 on', () => {
    expect(clusterOf(web, webHttp)['common_lb_config']).toEqual({});
    expect(clusterOf(web, webHttp, { version: '1.32.0' })['common_lb_config']).toEqual({
      healthy_panic_threshold: { value: 0 },
    });
  });
});

describe('clusters of ServiceEntries', () => {
  const entry = (spec: object): string =>
    objectYaml('ServiceEntry', 'ext', {
      hosts: ['ext.example'],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS', targetPort: 8443 }],
      ...spec,
    });
  const ext = 'outbound|443||ext.example';

  it('resolved by DNS hold the host or the inline endpoints', () => {
    const cluster = clusterOf(entry({ resolution: 'DNS' }), ext);
    expect(cluster).toMatchObject({
      type: 'STRICT_DNS',
      dns_lookup_family: 'V4_ONLY',
      dns_refresh_rate: '60s',
      respect_dns_ttl: true,
    });
    const [group] = cluster['load_assignment'].endpoints;
    expect(group.lb_endpoints[0].endpoint.address).toEqual({
      socket_address: { address: 'ext.example', port_value: 8443 },
    });
    const inline = clusterOf(
      entry({ resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'one.example', locality: 'r/z', weight: 3 }] }),
      ext,
    );
    expect(inline['type']).toBe('LOGICAL_DNS');
    expect(inline['load_assignment'].endpoints).toMatchObject([
      { locality: { region: 'r', zone: 'z' }, load_balancing_weight: 3, lb_endpoints: [{ load_balancing_weight: 3 }] },
    ]);
    expect(originsOf(inline, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint')).toEqual([
      'ServiceEntry shop/ext spec.endpoints[0]',
    ]);
  });

  it('ask DNS for the families of the proxy', () => {
    const cluster = clusterOf(entry({ resolution: 'DNS' }), ext, { client: { addresses: ['fd00::1'] } });
    expect(cluster['dns_lookup_family']).toBe('V6_ONLY');
  });

  it('without resolution keep the address and may change the port', () => {
    const cluster = clusterOf(entry({ resolution: 'NONE' }), ext);
    expect(cluster).toMatchObject({ type: 'ORIGINAL_DST', original_dst_lb_config: { upstream_port_override: 8443 } });
    expect(cluster['metadata'].filter_metadata.istio.external).toBe(true);
  });

  it('with DYNAMIC_DNS resolve what each request asks for, from 1.32 on', () => {
    const yaml = entry({ hosts: ['*.ext.example'], resolution: 'DYNAMIC_DNS' });
    const name = 'outbound|443||*.ext.example';
    expect(clustersOf(yaml).map((cluster) => cluster.name)).not.toContain(name);
    const cluster = clusterOf(yaml, name, { version: '1.32.0' });
    expect(cluster['cluster_type'].typed_config.dns_cache_config).toMatchObject({ dns_lookup_family: 'V4_ONLY' });
    expect(cluster['lb_policy']).toBe('CLUSTER_PROVIDED');
  });
});

describe('a gateway’s clusters under PILOT_FILTER_GATEWAY_CLUSTER_CONFIG', () => {
  it('are those that its VirtualServices lead to', () => {
    const yaml =
      web +
      objectYaml('Service', 'a', { clusterIP: '10.1.0.9', ports: [{ name: 'http', port: 80 }] }) +
      objectYaml('Gateway', 'gw', {
        selector: { app: 'client' },
        servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
      }) +
      objectYaml('VirtualService', 'vs', {
        hosts: ['*'],
        gateways: ['gw'],
        http: [{ route: [{ destination: { host: 'web' } }] }],
      });
    const environment = { PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: 'true' };
    const options = { environment, client: { labels: { app: 'client' }, gateway: true } };
    expect(names(yaml, options)).toEqual([webHttp, 'outbound|90||web.shop.svc.cluster.local', 'BlackHoleCluster']);
  });
});
