import { describe, expect, it } from 'vitest';
import { lastFilter, leads, outbound, serviceYaml, sidecarYaml } from '../../../support/outbound.ts';

const services =
  serviceYaml('a', '10.1.0.1', [{ name: 'http', port: 80 }]) +
  serviceYaml('db', '10.1.0.2', [{ name: 'tcp', port: 5432 }]);
const names = (yaml: string, pod = {}, options = {}): string[] => [...outbound(services + yaml, pod, options).keys()];

describe('Sidecar egress', () => {
  it('binds its own port, and leaves that port to it alone', () => {
    const egress = [
      { port: { number: 80, protocol: 'HTTP', name: 'http' }, hosts: ['*/a.shop.svc.cluster.local'] },
      { hosts: ['*/*'] },
    ];
    const listeners = outbound(services + sidecarYaml({ egress }));
    expect([...listeners.keys()]).toEqual(['0.0.0.0_80', '10.1.0.2_5432', 'virtualOutbound']);
    expect(listeners.get('0.0.0.0_80')?.['bind_to_port']).toBe(false);
  });

  it('binds a real socket without capture, on the loopback address by default', () => {
    const port = { number: 80, protocol: 'HTTP', name: 'http' };
    const egress = [{ port, captureMode: 'NONE', hosts: ['*/*'] }];
    const listener = outbound(services + sidecarYaml({ egress })).get('127.0.0.1_80');
    expect(listener?.['bind_to_port']).toBeUndefined();
    expect(listener?.['max_connections_to_accept_per_socket_event']).toBe(1);
    expect(leads(listener)).toEqual(['* -> rds 80']);
  });

  it('binds a unix socket, whose path names the routes', () => {
    const port = { number: 0, protocol: 'HTTP', name: 'http' };
    const egress = [{ port, bind: 'unix:///run/a.sock', hosts: ['*/*'] }];
    const listener = outbound(services + sidecarYaml({ egress })).get('unix:///run/a.sock_0');
    expect(listener?.address).toEqual({ pipe: { path: '/run/a.sock' } });
    expect(leads(listener)).toEqual(['* -> rds unix:///run/a.sock']);
  });

  it('means the only port of a service by a TCP socket without port', () => {
    const port = { number: 0, protocol: 'TCP', name: 'tcp' };
    const egress = [{ port, bind: 'unix:///run/db.sock', hosts: ['*/db.shop.svc.cluster.local'] }];
    const listener = outbound(services + sidecarYaml({ egress })).get('unix:///run/db.sock_0');
    expect(leads(listener)).toEqual(['* -> outbound|5432||db.shop.svc.cluster.local']);
  });
});

describe('virtualOutbound', () => {
  const catchAll = (yaml: string, mode: string, version?: string) =>
    outbound(yaml, {}, { mesh: { outboundTrafficPolicy: { mode } }, ...(version ? { version } : {}) }).get(
      'virtualOutbound',
    );

  it('passes on, or refuses, what no other listener takes', () => {
    expect(leads(catchAll('', 'ALLOW_ANY'))[1]).toBe('* -> PassthroughCluster');
    expect(leads(catchAll('', 'REGISTRY_ONLY'))[1]).toBe('* -> BlackHoleCluster');
  });

  it('sends it to the egress proxy of a Sidecar', () => {
    const egressProxy = { host: 'a.shop.svc.cluster.local', port: { number: 80 } };
    const sidecar = sidecarYaml({
      egress: [{ hosts: ['*/*'] }],
      outboundTrafficPolicy: { mode: 'ALLOW_ANY', egressProxy },
    });
    expect(leads(catchAll(services + sidecar, 'REGISTRY_ONLY'))[1]).toBe('* -> outbound|80||a.shop.svc.cluster.local');
  });

  it('resolves unknown HTTP hosts by DNS', () => {
    const listener = catchAll('', 'ALLOW_ANY_DYNAMIC_DNS', '1.32.0');
    expect(listener?.filter_chains?.map((chain) => chain.name)).toEqual([
      'virtualOutbound-blackhole',
      'virtualOutbound-catchall-tcp-http',
      'virtualOutbound-catchall-tcp',
    ]);
    const filters = lastFilter(listener?.filter_chains?.[1])['http_filters'] as { name: string }[];
    expect(filters.map(({ name }) => name)).toContain('envoy.filters.http.dynamic_forward_proxy');
  });

  it('does not exist without interception, where services bind real ports', () => {
    expect(names('', { environment: { ISTIO_META_INTERCEPTION_MODE: 'NONE' } })).toEqual([
      '127.0.0.1_80',
      '127.0.0.1_5432',
    ]);
  });

  it('is transparent with TPROXY', () => {
    const environment = { ISTIO_META_INTERCEPTION_MODE: 'TPROXY' };
    expect(outbound('', { environment }).get('virtualOutbound')?.['transparent']).toBe(true);
  });
});

describe('the proxy itself', () => {
  it('leaves low ports alone where it has no privilege', () => {
    const environment = { ISTIO_META_INTERCEPTION_MODE: 'NONE', ISTIO_META_UNPRIVILEGED_POD: 'true' };
    expect(names('', { environment })).toEqual(['127.0.0.1_5432']);
  });

  it('listens on IPv6 where it has nothing else, on both where it has both', () => {
    expect(names('', { addresses: ['2001:db8::9'] })).toContain('::_80');
    const dual = { addresses: ['10.0.0.9', '2001:db8::9'] };
    const listener = outbound(services, dual).get('0.0.0.0_80');
    expect(listener?.['additional_addresses']).toEqual([
      { address: { socket_address: { address: '::', port_value: 80 } } },
    ]);
    const virtual = (environment: Record<string, string>) =>
      outbound('', dual, { environment }).get('virtualOutbound')?.['additional_addresses'];
    expect(virtual({})).toBeUndefined();
    expect(virtual({ ISTIO_DUAL_STACK: 'true' })).toHaveLength(1);
  });

  it('balances connections exactly where it asks for it', () => {
    const environment = { ISTIO_META_OUTBOUND_LISTENER_EXACT_BALANCE: 'true' };
    const listener = outbound(services, { environment }).get('0.0.0.0_80');
    expect(listener?.['connection_balance_config']).toEqual({ exact_balance: {} });
  });

  it('serves as an HTTP proxy on the port of the mesh, or its own', () => {
    const mesh = { proxyHttpPort: 15002 };
    const listener = outbound('', {}, { mesh }).get('127.0.0.1_15002');
    expect(leads(listener)).toEqual(['* -> rds http_proxy']);
    expect(lastFilter(listener?.filter_chains?.[0])['http_protocol_options']).toEqual({ allow_absolute_url: true });
    expect(names('', { environment: { ISTIO_META_HTTP_PROXY_PORT: '3128' } }, { mesh })).toContain('127.0.0.1_3128');
  });

  it('may time out protocol detection only where it inspects', () => {
    const listeners = outbound(services, {}, { mesh: { protocolDetectionTimeout: '5s' } });
    expect(listeners.get('0.0.0.0_80')?.['listener_filters_timeout']).toBe('5s');
    expect(listeners.get('10.1.0.2_5432')?.['listener_filters_timeout']).toBe('0s');
  });
});
