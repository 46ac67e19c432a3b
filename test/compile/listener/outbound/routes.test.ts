import { describe, expect, it } from 'vitest';
import { originsAt } from '../../../../src/model/provenance.ts';
import {
  destinationRuleYaml,
  lastFilter,
  leads,
  outbound,
  serviceEntryYaml,
  serviceYaml,
  virtualServiceYaml,
} from '../../../support/outbound.ts';

const db = serviceYaml('db', '10.1.0.1', [{ name: 'tcp', port: 5432 }]);
const other = serviceYaml('other', '10.1.0.2', [{ name: 'tcp', port: 5432 }]);
const to = (host: string, extra: object = {}): object => ({ destination: { host, ...extra } });
const tcp = (...routes: object[]): string => virtualServiceYaml('db', { hosts: ['db'], tcp: routes });
const listenerOf = (yaml: string, pod = {}, options = {}) =>
  outbound(db + other + yaml, pod, options).get('10.1.0.1_5432');

describe('tcp routes', () => {
  it('leads to the route, names its VirtualService and its destination', () => {
    const listener = listenerOf(tcp({ route: [to('other')] }));
    expect(leads(listener)).toEqual(['* -> outbound|5432||other.shop.svc.cluster.local']);
    expect(listener?.filter_chains?.[0]?.['metadata']).toEqual({
      filter_metadata: { istio: { config: '/apis/networking.istio.io/v1/namespaces/shop/virtual-service/db' } },
    });
    const path = ['filter_chains', 0, 'filters', 0, 'typed_config', 'cluster'];
    const [origin] = originsAt(listener, path);
    expect(origin?.path.join('.')).toBe('spec.tcp.0.route.0.destination.host');
  });

  it('weighs several destinations, leaving out those of weight 0', () => {
    const route = [{ ...to('db'), weight: 90 }, { ...to('other', { port: { number: 1 } }), weight: 10 }, to('db')];
    const listener = listenerOf(tcp({ route }));
    expect(leads(listener)).toEqual([
      '* -> outbound|5432||db.shop.svc.cluster.local=90+outbound|1||other.shop.svc.cluster.local=10',
    ]);
    expect(lastFilter(listener?.filter_chains?.[0])['stat_prefix']).toBe('db.shop');
    const path = ['filter_chains', 0, 'filters', 0, 'typed_config', 'weighted_clusters', 'clusters', 1, 'weight'];
    expect(originsAt(listener, path)[0]?.path.join('.')).toBe('spec.tcp.0.route.1.weight');
  });

  it('decides source labels, source namespace, gateway and port beforehand', () => {
    const matching = (match: object): string[] => leads(listenerOf(tcp({ match: [match], route: [to('other')] })));
    const routed = ['* -> outbound|5432||other.shop.svc.cluster.local'];
    const own = ['* -> outbound|5432||db.shop.svc.cluster.local'];
    expect(matching({ sourceLabels: { app: 'client' } })).toEqual(routed);
    expect(matching({ sourceLabels: { app: 'x' } })).toEqual(own);
    expect(matching({ sourceNamespace: 'shop' })).toEqual(routed);
    expect(matching({ sourceNamespace: 'x' })).toEqual(own);
    expect(matching({ gateways: ['mesh'] })).toEqual(routed);
    expect(matching({ gateways: ['edge'] })).toEqual(own);
    expect(matching({ port: 5432 })).toEqual(routed);
    expect(matching({ port: 1 })).toEqual(own);
  });

  it('puts destination subnets before the service itself', () => {
    const listener = listenerOf(
      tcp({ match: [{ destinationSubnets: ['10.2.0.0/16', '10.3.0.1'] }], route: [to('other')] }),
    );
    expect(leads(listener)).toEqual([
      '10.2.0.0/16 10.3.0.1/32 -> outbound|5432||other.shop.svc.cluster.local',
      'default * -> outbound|5432||db.shop.svc.cluster.local',
    ]);
  });
});

describe('tls routes', () => {
  const entry = serviceEntryYaml('web', {
    hosts: ['a.example', 'b.example'],
    addresses: ['192.0.2.1'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    resolution: 'DNS',
  });
  const tls = (...routes: object[]): string => virtualServiceYaml('web', { hosts: ['a.example'], tls: routes });
  const tlsListener = (yaml: string) => outbound(entry + other + yaml).get('192.0.2.1_443');

  it('makes a chain of each match by SNI', () => {
    const listener = tlsListener(
      tls(
        { match: [{ sniHosts: ['z.a.example', 'a.example'] }], route: [to('a.example')] },
        { match: [{ sniHosts: ['y.example'], port: 443 }], route: [to('other', { port: { number: 5432 } })] },
      ),
    );
    expect(leads(listener)).toEqual([
      'a.example z.a.example -> outbound|443||a.example',
      'y.example -> outbound|5432||other.shop.svc.cluster.local',
      'default * -> outbound|443||b.example',
    ]);
  });

  it('takes the first of two routes for the same SNI', () => {
    const match = [{ sniHosts: ['a.example'] }];
    const listener = tlsListener(tls({ match, route: [to('a.example')] }, { match, route: [to('other')] }));
    expect(leads(listener)[0]).toBe('a.example -> outbound|443||a.example');
    expect(leads(listener)).toHaveLength(2);
  });
});

describe('DestinationRules on listeners', () => {
  const rule = (spec: object): string => destinationRuleYaml('db', { host: 'db.shop.svc.cluster.local', ...spec });
  const proxyOf = (yaml: string, pod = {}) => lastFilter(listenerOf(yaml, pod)?.filter_chains?.[0]);

  it('takes timeouts of connections from it, else from the proxy', () => {
    const connectionPool = { tcp: { idleTimeout: '1m30s', maxConnectionDuration: '500ms' } };
    const environment = { ISTIO_META_IDLE_TIMEOUT: '2m' };
    expect(proxyOf(rule({ trafficPolicy: { connectionPool } }), { environment })).toMatchObject({
      idle_timeout: '90s',
      max_downstream_connection_duration: '0.500s',
    });
    expect(proxyOf('', { environment })['idle_timeout']).toBe('120s');
    expect(proxyOf('')['idle_timeout']).toBeUndefined();
  });

  it('tunnels through the host that it names, by subset where the route has one', () => {
    const tunnel = { protocol: 'POST', targetHost: '2001:db8::1', targetPort: 443 };
    const subsets = [{ name: 'v1', labels: {}, trafficPolicy: { tunnel } }];
    const tunneled = { hostname: '[2001:db8::1]:443', use_post: true };
    expect(proxyOf(rule({ trafficPolicy: { tunnel } }))['tunneling_config']).toEqual(tunneled);
    expect(proxyOf(rule({ subsets }))['tunneling_config']).toBeUndefined();
    const routed = tcp({ route: [to('db', { subset: 'v1' })] });
    expect(proxyOf(rule({ subsets }) + routed)['tunneling_config']).toEqual(tunneled);
  });

  it('hashes by source IP, unless the subset balances otherwise', () => {
    const byIp = { loadBalancer: { consistentHash: { useSourceIp: true } } };
    const subsets = [{ name: 'v1', labels: {}, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }];
    expect(proxyOf(rule({ trafficPolicy: byIp }))['hash_policy']).toEqual([{ source_ip: {} }]);
    const routed = tcp({ route: [to('db', { subset: 'v1' })] });
    expect(proxyOf(rule({ trafficPolicy: byIp, subsets }) + routed)['hash_policy']).toBeUndefined();
  });

  it('names statistics as the mesh wants', () => {
    const mesh = { outboundClusterStatName: '%SERVICE%_%SERVICE_PORT%_%SUBSET_NAME%' };
    const listener = listenerOf(tcp({ route: [to('db', { subset: 'v1' })] }), {}, { mesh });
    expect(lastFilter(listener?.filter_chains?.[0])['stat_prefix']).toBe('db.shop_5432_v1');
  });
});
