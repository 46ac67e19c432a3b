import { describe, expect, it } from 'vitest';
import {
  clusterOf,
  httpOptions,
  objectYaml,
  originsOf,
  ruleYaml,
  web,
  webHttp,
  webUnder,
} from '../../support/clusters.ts';

const unlimited = 4294967295;

describe('connection pools', () => {
  it('lift all limits where nothing is said', () => {
    expect(clusterOf(web, webHttp)['circuit_breakers']).toEqual({
      thresholds: [
        {
          max_connections: unlimited,
          max_pending_requests: unlimited,
          max_requests: unlimited,
          max_retries: unlimited,
        },
      ],
    });
  });

  it('become circuit breakers, each limit from its own key', () => {
    const cluster = webUnder({
      connectionPool: {
        tcp: { maxConnections: 1, connectTimeout: '1500ms' },
        http: { http1MaxPendingRequests: 2, http2MaxRequests: 3, maxRetries: 4 },
      },
    });
    expect(cluster['circuit_breakers'].thresholds).toEqual([
      { max_connections: 1, max_pending_requests: 2, max_requests: 3, max_retries: 4 },
    ]);
    expect(cluster['connect_timeout']).toBe('1.500s');
    const from = (field: string): string[] => originsOf(cluster, 'circuit_breakers', 'thresholds', 0, field);
    expect(from('max_connections')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.connectionPool.tcp.maxConnections',
    ]);
    expect(from('max_retries')).toEqual(['DestinationRule shop/web spec.trafficPolicy.connectionPool.http.maxRetries']);
  });

  it('take 0 for unset, as Istio does', () => {
    const cluster = webUnder({ connectionPool: { tcp: { maxConnections: 0 }, http: { maxRetries: 0 } } });
    expect(cluster['circuit_breakers'].thresholds[0]).toMatchObject({
      max_connections: unlimited,
      max_retries: unlimited,
    });
  });

  it('become HTTP options of the upstream', () => {
    const cluster = webUnder({
      connectionPool: {
        tcp: { maxConnectionDuration: '1h', idleTimeout: '9s' },
        http: { idleTimeout: '30s', maxRequestsPerConnection: 5 },
      },
    });
    expect(httpOptions(cluster)).toMatchObject({
      common_http_protocol_options: {
        idle_timeout: '30s',
        max_requests_per_connection: 5,
        max_connection_duration: '3600s',
      },
      explicit_http_config: { http_protocol_options: {} },
    });
  });

  it('upgrade to HTTP/2 by the rule, or by the mesh where the port says HTTP', () => {
    const upgraded = { explicit_http_config: { http2_protocol_options: { max_concurrent_streams: 7 } } };
    const http = { h2UpgradePolicy: 'UPGRADE', maxConcurrentStreams: 7 };
    expect(httpOptions(webUnder({ connectionPool: { http } }))).toMatchObject(upgraded);
    const mesh = { h2UpgradePolicy: 'UPGRADE' };
    expect(httpOptions(clusterOf(web, webHttp, { mesh }))).toMatchObject({
      explicit_http_config: { http2_protocol_options: {} },
    });
    expect(httpOptions(clusterOf(web, 'outbound|90||web.shop.svc.cluster.local', { mesh }))).toBeUndefined();
    const refused = webUnder({ connectionPool: { http: { h2UpgradePolicy: 'DO_NOT_UPGRADE' } } }, { mesh });
    expect(httpOptions(refused)).toBeUndefined();
    expect(originsOf(refused, 'typed_extension_protocol_options')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.connectionPool.http.h2UpgradePolicy',
    ]);
    const client = webUnder({ connectionPool: { http: { useClientProtocol: true } } }, { mesh });
    expect(httpOptions(client)).toMatchObject({ use_downstream_protocol_config: {} });
  });

  it('lay the keepalive of the rule over that of the mesh', () => {
    const cluster = webUnder(
      { connectionPool: { tcp: { tcpKeepalive: { time: '90s' } } } },
      { mesh: { tcpKeepalive: { probes: 3, time: '10s', interval: '5s' } } },
    );
    expect(cluster['upstream_connection_options']).toEqual({
      tcp_keepalive: { keepalive_probes: 3, keepalive_time: 90, keepalive_interval: 5 },
    });
    expect(originsOf(cluster, 'upstream_connection_options', 'tcp_keepalive', 'keepalive_time')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.connectionPool.tcp.tcpKeepalive.time',
    ]);
  });

  it('budget retries, with the default of the version', () => {
    const budget = (options = {}) =>
      webUnder({ retryBudget: {} }, options)['circuit_breakers'].thresholds[0].retry_budget;
    expect(budget()).toEqual({ budget_percent: { value: 0.2 }, min_retry_concurrency: 3 });
    expect(budget({ version: '1.32.0' })).toEqual({ budget_percent: { value: 20 }, min_retry_concurrency: 3 });
  });

  it('come from the mesh where no rule has one', () => {
    const mesh = { defaultTrafficPolicy: { connectionPool: { tcp: { maxConnections: 8 } } } };
    const limit = (yaml: string): number =>
      clusterOf(yaml, webHttp, { version: '1.32.0', mesh })['circuit_breakers'].thresholds[0].max_connections;
    expect(limit(web)).toBe(8);
    expect(limit(web + ruleYaml({ connectionPool: { tcp: { maxConnections: 9 } } }))).toBe(9);
  });
});

describe('settings of a port', () => {
  it('drop what the host says, block by block', () => {
    const cluster = webUnder({
      connectionPool: { tcp: { maxConnections: 1 } },
      loadBalancer: { simple: 'RANDOM' },
      portLevelSettings: [{ port: { number: 80 }, loadBalancer: { simple: 'ROUND_ROBIN' } }],
    });
    expect(cluster['lb_policy']).toBe('ROUND_ROBIN');
    expect(cluster['circuit_breakers'].thresholds[0].max_connections).toBe(unlimited);
    expect(originsOf(cluster, 'circuit_breakers', 'thresholds', 0, 'max_connections')).toEqual([
      'DestinationRule shop/web spec.trafficPolicy.portLevelSettings[0]',
    ]);
  });

  it('hold for their port only', () => {
    const yaml = web + ruleYaml({ portLevelSettings: [{ port: { number: 90 }, loadBalancer: { simple: 'RANDOM' } }] });
    expect(clusterOf(yaml, webHttp)['lb_policy']).toBe('LEAST_REQUEST');
  });
});

describe('subsets', () => {
  const subsets = [{ name: 'v1', labels: { version: 'v1' }, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }];
  const v1 = 'outbound|80|v1|web.shop.svc.cluster.local';

  it('are clusters of their own, with their policy over that of the host', () => {
    const yaml =
      web +
      ruleYaml(
        { connectionPool: { tcp: { maxConnections: 1 } }, loadBalancer: { simple: 'ROUND_ROBIN' } },
        { subsets },
      );
    const cluster = clusterOf(yaml, v1);
    expect(cluster['lb_policy']).toBe('RANDOM');
    expect(cluster['circuit_breakers'].thresholds[0].max_connections).toBe(1);
    expect(cluster['metadata'].filter_metadata.istio).toMatchObject({
      subset: 'v1',
      config: '/apis/networking.istio.io/v1/namespaces/shop/destination-rule/web',
    });
    expect(originsOf(cluster, 'name')).toEqual(['DestinationRule shop/web spec.subsets[0]']);
    expect(originsOf(cluster, 'lb_policy')).toEqual([
      'DestinationRule shop/web spec.subsets[0].trafficPolicy.loadBalancer.simple',
    ]);
    expect(clusterOf(yaml, webHttp)['lb_policy']).toBe('ROUND_ROBIN');
  });

  it('lose the retry budget in 1.29 where both have a policy', () => {
    const yaml = web + ruleYaml({ retryBudget: { percent: 10 } }, { subsets });
    const budget = (version: string) => clusterOf(yaml, v1, { version })['circuit_breakers'].thresholds[0].retry_budget;
    expect(budget('1.29.0')).toBeUndefined();
    expect(budget('1.32.0')).toMatchObject({ budget_percent: { value: 10 } });
  });

  it('of DNS hosts are left out where no endpoint matches', () => {
    const entry = objectYaml('ServiceEntry', 'ext', {
      hosts: ['ext.example'],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'DNS',
      endpoints: [{ address: 'one.example', labels: { version: 'v1' } }],
    });
    const rule = objectYaml('DestinationRule', 'ext', {
      host: 'ext.example',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    });
    expect(clusterOf(entry + rule, 'outbound|80|v1|ext.example')['type']).toBe('STRICT_DNS');
    expect(() => clusterOf(entry + rule, 'outbound|80|v2|ext.example')).toThrow('no cluster');
  });
});
