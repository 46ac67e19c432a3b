import { describe, expect, it } from 'vitest';
import { compileRoutesNamed } from '../../../../src/compile/route/index.ts';
import type { Message, RouteConfiguration } from '../../../../src/model/envoy.ts';
import { formatPath } from '../../../../src/model/json.ts';
import { originsAt } from '../../../../src/model/provenance.ts';
import { meshOf, podYaml, proxyOf } from '../../../support/mesh.ts';

const base = `${podYaml('edge/ingress', { labels: { istio: 'ingress' }, gateway: true })}---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{name: http, port: 8080}]}
`;

const gateway = (servers: string, name = 'edge', created = '2026-01-01T00:00:00Z') => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: edge, creationTimestamp: "${created}"}
spec: {selector: {istio: ingress}, servers: ${servers}}
`;

const virtualService = (name: string, hosts: string, http: string, created = '2026-01-02T00:00:00Z') => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop, creationTimestamp: "${created}"}
spec: {hosts: ${hosts}, gateways: [edge/edge], http: ${http}}
`;

const route = '[{route: [{destination: {host: web.shop.svc.cluster.local}}]}]';

function compile(yaml: string, name = 'http.80'): RouteConfiguration {
  const registry = meshOf(base + yaml);
  const [configuration] = compileRoutesNamed(proxyOf(registry, 'edge/ingress'), registry, [name]);
  return configuration as RouteConfiguration;
}

const http = (hosts: string, tls = '') => `{port: {number: 80, name: http, protocol: HTTP}, hosts: ${hosts}${tls}}`;

describe('route configurations of gateways', () => {
  it('routes the hosts that server and VirtualService share', () => {
    const configuration = compile(
      gateway(`[${http('["shop/*.shop.example", other/not.example]')}]`) +
        virtualService('web', '[a.shop.example, not.example]', route),
    );
    expect(configuration.virtual_hosts).toMatchObject([
      {
        name: 'a.shop.example:80',
        domains: ['a.shop.example'],
        routes: [{ route: { cluster: 'outbound|8080||web.shop.svc.cluster.local' } }],
      },
    ]);
    const [origin, server] = originsAt(configuration, ['virtual_hosts', 0, 'domains', 0]);
    expect(formatPath(origin?.path ?? [])).toBe('spec.hosts[0]');
    expect(formatPath(server?.path ?? [])).toBe('spec.servers[0].hosts[0]');
  });

  it('puts the routes of several VirtualServices behind one host, those that take everything last', () => {
    const configuration = compile(
      gateway(`[${http('["*"]')}]`) +
        virtualService('old', '[a.example]', '[{directResponse: {status: 201}}]') +
        virtualService(
          'new',
          '[a.example]',
          '[{match: [{uri: {prefix: /n}}], directResponse: {status: 202}}]',
          '2026-01-03T00:00:00Z',
        ),
    );
    const statuses = configuration.virtual_hosts?.[0]?.routes?.map(
      (item) => (item['direct_response'] as Message)['status'],
    );
    expect(statuses).toEqual([202, 201]);
  });

  it('makes one virtual host of hosts with the very same routes, named by the most specific', () => {
    const configuration = compile(
      gateway(`[${http('["*"]')}]`) + virtualService('web', '["*.example", b.example, longer.example]', route),
    );
    expect(configuration.virtual_hosts).toMatchObject([
      { name: 'longer.example:80', domains: ['longer.example', 'b.example', '*.example'] },
    ]);
    expect(originsAt(configuration, ['virtual_hosts', 0, 'domains', 1])[0]?.path).toEqual(['spec', 'hosts', 1]);
  });

  it('redirects to HTTPS what is routed and what is not', () => {
    const configuration = compile(
      gateway(`[${http('[a.example, b.example]', ', tls: {httpsRedirect: true}')}]`) +
        virtualService('web', '[a.example]', route),
    );
    expect(configuration.virtual_hosts).toMatchObject([
      { name: 'a.example:80', require_tls: 'ALL', routes: [{}] },
      { name: 'b.example:80', require_tls: 'ALL', routes: [] },
    ]);
  });

  it('merges the plain HTTP servers of a port and keeps HTTPS servers apart', () => {
    const https = (name: string, host: string) =>
      `{port: {number: 443, name: ${name}, protocol: HTTPS}, hosts: [${host}], tls: {mode: SIMPLE, credentialName: c}}`;
    const yaml =
      gateway(
        `[${http('[a.example]')}, ${http('[b.example]')}, ${https('one', 'a.example')}, ${https('two', 'b.example')}]`,
      ) + virtualService('web', '["*"]', route);
    expect(compile(yaml).virtual_hosts).toMatchObject([{ domains: ['a.example', 'b.example'] }]);
    expect(compile(yaml, 'https.443.two.edge.edge').virtual_hosts).toMatchObject([{ domains: ['b.example'] }]);
  });

  it('answers 404 without routes, and an unknown name with nothing', () => {
    const yaml = gateway(`[${http('[a.example]')}]`);
    expect(compile(yaml).virtual_hosts).toEqual([{ name: 'blackhole:80', domains: ['*'], routes: [] }]);
    expect(compile(yaml, 'http.81').virtual_hosts).toEqual([]);
    expect(compile('').virtual_hosts).toEqual([]);
  });
});
