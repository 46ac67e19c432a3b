import { describe, expect, it } from 'vitest';
import { type MergedGateway, mergedGateway } from '../../../src/compile/gateway/merged-gateway.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const pod = podYaml('edge/ingress', { labels: { istio: 'ingress' }, gateway: true });

const gateway = (
  servers: string,
  name = 'edge',
  created = '2026-01-01T00:00:00Z',
  selector = '{istio: ingress}',
) => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: edge, creationTimestamp: "${created}"}
spec: {selector: ${selector}, servers: ${servers}}
`;

const service = `---
apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: edge, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {clusterIP: 10.96.0.9, selector: {istio: ingress}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;

function merge(yaml: string): MergedGateway | undefined {
  const registry = meshOf(pod + yaml);
  return mergedGateway(proxyOf(registry, 'edge/ingress'), registry);
}

const server = (number: number, protocol: string, hosts: string, more = '') =>
  `{port: {number: ${number}, name: p-${number}-${protocol.toLowerCase()}${more === '' ? '' : '-x'}, protocol: ${protocol}}, hosts: ${hosts}${more}}`;

const ports = (merged: MergedGateway | undefined) =>
  merged?.ports.map(({ port, protocol, servers, bind }) => `${bind}${port} ${protocol} ${servers.length}`);

describe('merged gateways', () => {
  it('is none where no Gateway selects the proxy', () => {
    expect(merge(gateway(`[${server(80, 'HTTP', '["*"]')}]`, 'other', undefined, '{istio: other}'))).toBeUndefined();
  });

  it("listens on the target port of the Service's port", () => {
    const merged = merge(service + gateway(`[${server(80, 'HTTP', '["*"]')}, ${server(81, 'HTTP', '["*"]')}]`));
    expect(ports(merged)).toEqual(['8080 HTTP 1', '81 HTTP 1']);
    expect([...(merged?.serversByRouteName.keys() ?? [])]).toEqual(['http.8080', 'http.81']);
  });

  it('joins plain HTTP servers of a port, and leaves out another protocol of a younger Gateway', () => {
    const merged = merge(
      gateway(`[${server(80, 'HTTP', '[a.example]')}, ${server(80, 'HTTP2', '[b.example]')}]`) +
        gateway(`[${server(80, 'TCP', '["*"]')}]`, 'late', '2026-01-02T00:00:00Z'),
    );
    expect(ports(merged)).toEqual(['80 HTTP 2']);
  });

  it('lets another address have another protocol', () => {
    const merged = merge(
      gateway(`[${server(80, 'HTTP', '["*"]')}, ${server(80, 'TCP', '["*"]', ', bind: 10.0.0.9')}]`),
    );
    expect(ports(merged)).toEqual(['80 HTTP 1', '10.0.0.980 TCP 1']);
  });

  it('tells TLS servers apart by host, and gives a host to the first that has it', () => {
    const tls = ', tls: {mode: SIMPLE, credentialName: c}';
    const merged = merge(
      gateway(`[${server(443, 'HTTPS', '[a.example]', tls)}]`) +
        gateway(`[${server(443, 'HTTPS', '[b.example]', tls)}]`, 'second', '2026-01-02T00:00:00Z') +
        gateway(`[${server(443, 'HTTPS', '[a.example, c.example]', tls)}]`, 'third', '2026-01-03T00:00:00Z'),
    );
    expect(ports(merged)).toEqual(['443 HTTPS 2']);
    expect([...(merged?.serversByRouteName.keys() ?? [])]).toEqual([
      'https.443.p-443-https-x.edge.edge',
      'https.443.p-443-https-x.second.edge',
    ]);
  });

  it('has no routes for TLS that is passed through', () => {
    const merged = merge(gateway(`[${server(443, 'TLS', '[a.example]', ', tls: {mode: PASSTHROUGH}')}]`));
    expect(ports(merged)).toEqual(['443 TLS 1']);
    expect(merged?.serversByRouteName.size).toBe(0);
  });

  it('resolves the namespace of hosts', () => {
    const merged = merge(gateway(`[${server(80, 'HTTP', '["./a.example", "*/b.example", shop/c.example]')}]`));
    expect(merged?.ports[0]?.servers[0]?.hosts).toEqual(['edge/a.example', 'b.example', 'shop/c.example']);
  });
});
