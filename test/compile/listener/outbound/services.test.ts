import { describe, expect, it } from 'vitest';
import { originsAt } from '../../../../src/model/provenance.ts';
import { leads, objectYaml, outbound, serviceEntryYaml, serviceYaml, shortNames } from '../../../support/outbound.ts';

const http = (port: number, name = 'http'): object => ({ name, port });
const tcp = (port: number, name = 'tcp'): object => ({ name, port });

function pods(service: string, ports: object[], ...addresses: string[]): string {
  const object = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports,
  };
  return `---\n${JSON.stringify(object)}\n`;
}

describe('listeners of service ports', () => {
  it('lets all HTTP services of a port share one listener and one route configuration', () => {
    const yaml = serviceYaml('a', '10.1.0.1', [http(80)]) + serviceYaml('b', '10.1.0.2', [http(80)]);
    const listener = outbound(yaml).get('0.0.0.0_80');
    expect(leads(listener)).toEqual(['http/1.1 h2c -> rds 80', 'default * -> PassthroughCluster']);
    expect(listener?.['bind_to_port']).toBe(false);
    expect(shortNames(listener?.['listener_filters'])).toEqual(['http_inspector']);
    const origins = originsAt(listener, ['address', 'socket_address', 'port_value']);
    expect(origins.map(({ resource, path }) => [resource.metadata.name, path.join('.')])).toEqual([
      ['a', 'spec.ports.0'],
      ['b', 'spec.ports.0'],
    ]);
  });

  it('puts a TCP port on the service address, without inspection', () => {
    const listener = outbound(serviceYaml('db', '10.1.0.1', [tcp(5432)])).get('10.1.0.1_5432');
    expect(leads(listener)).toEqual(['* -> outbound|5432||db.shop.svc.cluster.local']);
    expect(listener?.['listener_filters']).toBeUndefined();
    expect(listener?.['listener_filters_timeout']).toBe('0s');
  });

  it('sniffs an undeclared port on the service address, with routes of its own', () => {
    const listener = outbound(serviceYaml('a', '10.1.0.1', [{ name: 'any', port: 7000 }])).get('10.1.0.1_7000');
    expect(leads(listener)).toEqual([
      'http/1.1 h2c -> rds a.shop.svc.cluster.local:7000',
      'default * -> outbound|7000||a.shop.svc.cluster.local',
    ]);
  });

  it('matches HTTP/1.0 only where istiod is told to', () => {
    const yaml = serviceYaml('a', '10.1.0.1', [http(80)]);
    const listener = outbound(yaml, {}, { environment: { PILOT_HTTP10: 'true' } }).get('0.0.0.0_80');
    expect(leads(listener)[0]).toBe('http/1.0 http/1.1 h2c -> rds 80');
  });

  it('gives the pods of a headless TCP service a listener each, except the client itself', () => {
    const yaml =
      serviceYaml('db', 'None', [tcp(5432)]) + pods('db', [{ name: 'tcp', port: 5432 }], '10.0.0.7', '10.0.0.9');
    expect([...outbound(yaml).keys()]).toEqual(['10.0.0.7_5432', 'virtualOutbound']);
  });

  it('gives a headless service without pods none', () => {
    expect([...outbound(serviceYaml('db', 'None', [tcp(5432)])).keys()]).toEqual(['virtualOutbound']);
  });

  it('gives the pods one listener with a range each where istiod is told to', () => {
    const yaml =
      serviceYaml('db', 'None', [tcp(5432)]) + pods('db', [{ name: 'tcp', port: 5432 }], '10.0.0.7', '10.0.0.8');
    const environment = { PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER: 'true' };
    const listener = outbound(yaml, {}, { version: '1.32.0', environment }).get('0.0.0.0_5432');
    expect(leads(listener)).toEqual([
      '10.0.0.7/32 -> outbound|5432||db.shop.svc.cluster.local',
      '10.0.0.8/32 -> outbound|5432||db.shop.svc.cluster.local',
      'default * -> PassthroughCluster',
    ]);
  });

  it('matches the range of a ServiceEntry on the wildcard address', () => {
    const spec = {
      hosts: ['net.example'],
      addresses: ['192.0.2.0/24'],
      ports: [{ number: 9000, name: 'tcp', protocol: 'TCP' }],
      resolution: 'NONE',
    };
    expect(leads(outbound(serviceEntryYaml('net', spec)).get('0.0.0.0_9000'))).toEqual([
      '192.0.2.0/24 -> outbound|9000||net.example',
      'default * -> PassthroughCluster',
    ]);
  });

  it('tells TLS hosts without an address apart by SNI', () => {
    const entry = (host: string): string =>
      serviceEntryYaml(host.replace('.', '-'), {
        hosts: [host],
        ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
        resolution: 'DNS',
      });
    const listener = outbound(entry('a.example') + entry('b.example')).get('0.0.0.0_443');
    expect(leads(listener)).toEqual([
      'a.example -> outbound|443||a.example',
      'b.example -> outbound|443||b.example',
      'default * -> PassthroughCluster',
    ]);
    expect(shortNames(listener?.['listener_filters'])).toEqual(['tls_inspector']);
  });

  it('leaves out HTTP ports that the proxy itself listens on', () => {
    const yaml = serviceYaml('a', '10.1.0.1', [http(15021), tcp(15090)]);
    expect([...outbound(yaml).keys()]).toEqual(['10.1.0.1_15090', 'virtualOutbound']);
  });

  it('leaves out ExternalName services, which are aliases', () => {
    const spec = { type: 'ExternalName', externalName: 'x.example', ports: [http(80)] };
    expect([...outbound(objectYaml('v1', 'Service', 'alias', spec)).keys()]).toEqual(['virtualOutbound']);
  });
});

describe('several services on one address and port', () => {
  const entry = (name: string, protocol: string, created: string): string =>
    serviceEntryYaml(
      name,
      { hosts: [`${name}.example`], ports: [{ number: 9000, name: 'p', protocol }], resolution: 'STATIC' },
      { creationTimestamp: `2026-01-0${created}T00:00:00Z` },
    );

  it('sniffs where HTTP and TCP meet, whichever came first', () => {
    const expected = ['http/1.1 h2c -> rds 9000', 'default * -> outbound|9000||b.example'];
    expect(leads(outbound(entry('a', 'HTTP', '1') + entry('b', 'TCP', '2')).get('0.0.0.0_9000'))).toEqual(expected);
    expect(leads(outbound(entry('a', 'HTTP', '2') + entry('b', 'TCP', '1')).get('0.0.0.0_9000'))).toEqual(expected);
  });

  it('keeps the first of two TCP services that nothing tells apart', () => {
    const listener = outbound(entry('a', 'TCP', '2') + entry('b', 'TCP', '1')).get('0.0.0.0_9000');
    expect(leads(listener)).toEqual(['* -> outbound|9000||b.example']);
  });

  it('does not mix Mongo with other protocols', () => {
    const listener = outbound(entry('a', 'MONGO', '1') + entry('b', 'HTTP', '2')).get('0.0.0.0_9000');
    expect(leads(listener)).toEqual(['* -> outbound|9000||a.example']);
    expect(shortNames(listener?.filter_chains?.[0]?.filters)).toEqual(['mongo_proxy', 'tcp_proxy']);
  });
});
