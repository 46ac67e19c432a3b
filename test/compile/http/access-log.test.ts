import { describe, expect, it } from 'vitest';
import { listenerAccessLog, tcpAccessLog } from '../../../src/compile/http/access-log.ts';
import type { Message } from '../../../src/model/envoy.ts';
import { originsAt } from '../../../src/model/provenance.ts';
import { connectionManager, type ManagerOptions, telemetryYaml } from '../../support/connection-manager.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';
import { serviceYaml } from '../../support/outbound.ts';

const extensionProviders = [
  { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
  {
    name: 'json',
    envoyFileAccessLog: { path: '/dev/stderr', logFormat: { labels: { path: '%REQ_WITHOUT_QUERY(:PATH)%' } } },
  },
  { name: 'als', envoyHttpAls: { service: 'als.shop.svc.cluster.local', port: 9000 } },
  {
    name: 'otel',
    envoyOtelAls: { service: 'shop/als.shop.svc.cluster.local', port: 4317, logFormat: { labels: { b: '2', a: '1' } } },
  },
  { name: 'lost', envoyTcpAls: { service: 'nowhere.example', port: 1 } },
];
const als = serviceYaml('als', '10.1.0.1', [{ name: 'grpc', port: 9000 }]);
const logs = (yaml: string, options: ManagerOptions = {}): Message[] =>
  connectionManager(als + yaml, { ...options, mesh: { extensionProviders, ...options.mesh } })['access_log'] ?? [];
const providers = (...names: string[]): object => ({ providers: names.map((name) => ({ name })) });
const telemetry = (name: string, ...accessLogging: object[]): string => telemetryYaml(name, { accessLogging });
const paths = (list: Message[]): unknown[] => list.map((log) => log['typed_config'].path ?? log['name']);

describe('access logs of the mesh', () => {
  it('writes nothing unless asked to', () => {
    expect(logs('')).toEqual([]);
  });

  it('writes text, with a newline at the end', () => {
    const [log] = logs('', { mesh: { accessLogFile: '/dev/stdout', accessLogFormat: '%PROTOCOL%' } });
    expect(log?.['typed_config']).toMatchObject({
      path: '/dev/stdout',
      log_format: { text_format_source: { inline_string: '%PROTOCOL%\n' } },
    });
  });

  it('writes JSON, of its own form or the default one', () => {
    const mesh = { accessLogFile: '/dev/stdout', accessLogEncoding: 'JSON' };
    const form = (accessLogFormat: string): Message =>
      logs('', { mesh: { ...mesh, accessLogFormat } })[0]?.['typed_config'].log_format.json_format;
    expect(form('{"a": "%PROTOCOL%"}')).toEqual({ a: '%PROTOCOL%' });
    expect(form('').start_time).toBe('%START_TIME%');
    expect(form('{').start_time).toBe('%START_TIME%');
  });

  it('adds the access log service of the bootstrap', () => {
    const [log] = logs('', { mesh: { enableEnvoyAccessLogService: true } });
    expect(log?.['typed_config'].common_config.grpc_service.envoy_grpc.cluster_name).toBe('envoy_accesslog_service');
  });

  it('logs of a listener only connections that no chain took', () => {
    const registry = meshOf(podYaml('shop/client'), { mesh: { accessLogFile: '/x' } });
    const proxy = proxyOf(registry, 'shop/client');
    expect(listenerAccessLog(proxy, registry, 'sidecar-outbound')[0]?.['filter']).toEqual({
      response_flag_filter: { flags: ['NR'] },
    });
    expect(tcpAccessLog(proxy, registry, 'sidecar-outbound')[0]?.['filter']).toBeUndefined();
    const off = meshOf(podYaml('shop/client'), { mesh: { accessLogFile: '/x', disableEnvoyListenerLog: true } });
    expect(listenerAccessLog(proxyOf(off, 'shop/client'), off, 'sidecar-outbound')).toEqual([]);
  });
});

describe('access logs of Telemetries', () => {
  const mesh = { accessLogFile: '/mesh' };

  it('come from default providers', () => {
    const list = logs('', { mesh: { ...mesh, defaultProviders: { accessLogging: ['json', 'envoy'] } } });
    expect(paths(list)).toEqual(['/dev/stdout', '/dev/stderr']);
    expect(list[1]?.['typed_config'].log_format.formatters[0].name).toBe('envoy.formatter.req_without_query');
  });

  it('come from the most specific Telemetry that names providers', () => {
    const yaml = telemetry('istio-system/mesh', providers('envoy')) + telemetry('shop/own', providers('json'));
    expect(paths(logs(yaml, { mesh }))).toEqual(['/dev/stderr']);
  });

  it('apply to one side where a mode is given, else the mesh decides', () => {
    const yaml = telemetry('shop/own', { ...providers('json'), match: { mode: 'SERVER' } });
    expect(paths(logs(yaml, { mesh, class: 'sidecar-inbound' }))).toEqual(['/dev/stderr']);
    expect(paths(logs(yaml, { mesh }))).toEqual(['/mesh']);
  });

  it('can be turned off, by the item where providers are inherited', () => {
    const yaml = telemetry('istio-system/mesh', providers('json')) + telemetry('shop/own', { disabled: true });
    expect(logs(yaml, { mesh })).toEqual([]);
  });

  it('filter by expression, whose place is kept', () => {
    const yaml = telemetry('shop/own', { ...providers('envoy'), filter: { expression: 'response.code >= 400' } });
    const list = logs(yaml);
    expect(list[0]?.['filter'].extension_filter.typed_config.expression).toBe('response.code >= 400');
    const path = [0, 'filter', 'extension_filter', 'typed_config', 'expression'];
    expect(originsAt(list, path)[0]?.path.join('.')).toBe('spec.accessLogging.0.filter.expression');
  });

  it('go to services by cluster, and to the mesh where the service is unknown', () => {
    const [http] = logs(telemetry('shop/own', providers('als')));
    expect(http?.['typed_config'].common_config).toMatchObject({
      log_name: 'http_envoy_accesslog',
      grpc_service: {
        envoy_grpc: {
          cluster_name: 'outbound|9000||als.shop.svc.cluster.local',
          authority: 'als.shop.svc.cluster.local',
        },
      },
    });
    const [otel] = logs(telemetry('shop/own', providers('otel')));
    expect(otel?.['typed_config'].attributes.values.map((item: Message) => item['key'])).toEqual(['a', 'b']);
    expect(paths(logs(telemetry('shop/own', providers('lost')), { mesh }))).toEqual(['/mesh']);
  });

  it('are chosen by labels before the namespace', () => {
    const own = telemetryYaml('shop/own', {
      selector: { matchLabels: { app: 'client' } },
      accessLogging: [providers('json')],
    });
    const others = telemetryYaml('shop/others', {
      selector: { matchLabels: { app: 'x' } },
      accessLogging: [providers('als')],
    });
    expect(paths(logs(telemetry('shop/all', providers('envoy')) + own + others))).toEqual(['/dev/stderr']);
  });
});
