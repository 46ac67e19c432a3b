import { describe, expect, it } from 'vitest';
import { compileRoutesNamed } from '../../../../src/compile/route/index.ts';
import type { Message, RouteConfiguration } from '../../../../src/model/envoy.ts';
import { formatPath, type Path } from '../../../../src/model/json.ts';
import { originsAt } from '../../../../src/model/provenance.ts';
import { Unknown } from '../../../../src/model/unknown.ts';
import type { Registry } from '../../../../src/registry/types.ts';
import { type MeshOptions, meshOf, podYaml, proxyOf } from '../../../support/mesh.ts';

const service = (name: string, namespace = 'shop', ip = '10.96.0.1', port = 8080) => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {clusterIP: ${ip}, selector: {app: ${name}}, ports: [{name: http, port: ${port}}]}
`;

const base = podYaml('shop/web', { labels: { app: 'web', version: 'v1' } }) + service('catalog');

function compile(yaml: string, name = '8080', options: MeshOptions = {}, pod = 'shop/web'): RouteConfiguration {
  const mesh = { outboundTrafficPolicy: { mode: 'ALLOW_ANY' } };
  const registry = meshOf(base + yaml, { mesh, ...options });
  return routes(registry, pod, name);
}

function routes(registry: Registry, pod: string, name: string): RouteConfiguration {
  const [configuration] = compileRoutesNamed(proxyOf(registry, pod), registry, [name]);
  return configuration as RouteConfiguration;
}

const host = (configuration: RouteConfiguration, name: string) =>
  configuration.virtual_hosts?.find((item) => item.name === name);

const places = (root: object, path: Path): string[] =>
  originsAt(root, path).map(({ resource, path: at }) => `${resource.kind} ${resource.metadata.name} ${formatPath(at)}`);

const virtualService = (spec: string, name = 'catalog', created = '2026-01-02T00:00:00Z') => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop, creationTimestamp: "${created}"}
spec: ${spec}
`;

describe('outbound route configurations', () => {
  it('gives a service its names and a default route, and lets the rest pass', () => {
    const configuration = compile('');
    expect(configuration.virtual_hosts?.map(({ name }) => name)).toEqual([
      'catalog.shop.svc.cluster.local:8080',
      'allow_any',
    ]);
    const [catalog] = configuration.virtual_hosts ?? [];
    expect(catalog?.domains).toContain('catalog');
    expect(catalog?.routes).toMatchObject([
      {
        name: 'default',
        match: { prefix: '/' },
        route: { cluster: 'outbound|8080||catalog.shop.svc.cluster.local', timeout: '0s' },
        decorator: { operation: 'catalog.shop.svc.cluster.local:8080/*' },
      },
    ]);
    expect(configuration).toMatchObject({ validate_clusters: false, ignore_port_in_host_matching: true });
  });

  it('answers an unknown name with nothing, and refuses what no service has where the mesh says so', () => {
    expect(compile('', 'nonsense')).toEqual({ name: 'nonsense', virtual_hosts: [], validate_clusters: false });
    const refused = compile('', '8080', { mesh: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } });
    expect(host(refused, 'block_all')?.routes).toMatchObject([{ direct_response: { status: 502 } }]);
  });

  it("leads every value to the key of the VirtualService, and what is not said to the route's item", () => {
    const configuration = compile(
      virtualService(
        '{hosts: [catalog], http: [{match: [{uri: {prefix: /a}}], timeout: 3s, route: [{destination: {host: catalog, subset: v1}, weight: 90}, {destination: {host: catalog}, weight: 10}]}, {route: [{destination: {host: catalog}}]}]}',
      ),
    );
    const route = ['virtual_hosts', 0, 'routes', 0, 'route'];
    expect(places(configuration, [...route, 'timeout'])).toEqual(['VirtualService catalog spec.http[0].timeout']);
    expect(places(configuration, [...route, 'weighted_clusters', 'clusters', 0, 'weight'])).toEqual([
      'VirtualService catalog spec.http[0].route[0].weight',
    ]);
    expect(places(configuration, [...route, 'weighted_clusters', 'clusters', 0, 'name'])).toEqual([
      'VirtualService catalog spec.http[0].route[0].destination.subset',
      'VirtualService catalog spec.http[0].route[0].destination.host',
    ]);
    expect(places(configuration, ['virtual_hosts', 0, 'routes', 0, 'match', 'prefix'])).toEqual([
      'VirtualService catalog spec.http[0].match[0].uri.prefix',
    ]);
    expect(places(configuration, ['virtual_hosts', 0, 'routes', 1, 'route', 'timeout'])).toEqual([
      'VirtualService catalog spec.http[1]',
    ]);
    expect(places(configuration, ['virtual_hosts', 0, 'domains', 0])[0]).toBe('VirtualService catalog spec.hosts[0]');
  });

  it('leaves out what no request reaches, and what is for other ports, sources and gateways', () => {
    const configuration = compile(
      virtualService(`
  hosts: [catalog]
  http:
  - {match: [{port: 9999}], directResponse: {status: 501}}
  - {match: [{sourceLabels: {version: v2}}], directResponse: {status: 502}}
  - {match: [{sourceNamespace: other}], directResponse: {status: 503}}
  - {match: [{gateways: [istio-ingress/web]}], directResponse: {status: 504}}
  - {match: [{uri: {exact: /a}, sourceLabels: {version: v1}}], directResponse: {status: 200}}
  - {match: [{uri: {prefix: /}}, {uri: {exact: /never}}], directResponse: {status: 201}}
  - {directResponse: {status: 202}}
`),
    );
    const statuses = host(configuration, 'catalog.shop.svc.cluster.local:8080')?.routes?.map(
      (route) => (route['direct_response'] as Message)['status'],
    );
    expect(statuses).toEqual([200, 201]);
  });

  it('gives a host to the oldest VirtualService, and plain names to port 80 alone', () => {
    const yaml =
      service('cart', 'shop', '10.96.0.2', 80) +
      virtualService(
        '{hosts: [catalog, plain.example], http: [{directResponse: {status: 201}}]}',
        'z',
        '2026-01-02T00:00:00Z',
      ) +
      virtualService('{hosts: [catalog], http: [{directResponse: {status: 202}}]}', 'a', '2026-01-03T00:00:00Z');
    expect(host(compile(yaml), 'catalog.shop.svc.cluster.local:8080')?.routes).toMatchObject([
      { direct_response: { status: 201 } },
    ]);
    expect(host(compile(yaml, '80'), 'plain.example:80')?.domains).toEqual(['plain.example']);
    // A VirtualService's host is a plain name on port 80, also where it is a service on another port.
    expect(host(compile(yaml, '80'), 'catalog.shop.svc.cluster.local:80')?.domains).toEqual([
      'catalog.shop.svc.cluster.local',
    ]);
  });

  it('hashes as the DestinationRule says and then stays with the chosen host on retries', () => {
    const configuration =
      compile(`${virtualService('{hosts: [catalog], http: [{route: [{destination: {host: catalog}}]}]}')}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: sticky, namespace: shop, creationTimestamp: "2026-01-02T00:00:00Z"}
spec: {host: catalog, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: sid, ttl: 1m}}}}}
`);
    const action = host(configuration, 'catalog.shop.svc.cluster.local:8080')?.routes?.[0]?.['route'] as Message;
    expect(action['hash_policy']).toEqual([{ cookie: { name: 'sid', ttl: '60s' } }]);
    expect(action['retry_policy']).not.toHaveProperty('retry_host_predicate');
    expect(
      places(configuration, ['virtual_hosts', 0, 'routes', 0, 'route', 'hash_policy', 0, 'cookie', 'ttl']),
    ).toEqual(['DestinationRule sticky spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.ttl']);
  });

  it('gives a sniffed port the virtual host of its service for every domain', () => {
    const configuration = compile('', 'catalog.shop.svc.cluster.local:8080');
    expect(configuration.virtual_hosts).toMatchObject([
      { name: 'catalog.shop.svc.cluster.local:8080', domains: ['*'] },
    ]);
  });

  it('writes ports behind the names of an HTTP proxy, whose bare names mean port 80', () => {
    const configuration = compile(service('cart', 'shop', '10.96.0.2', 80), 'http_proxy');
    expect(host(configuration, 'catalog.shop.svc.cluster.local:8080')?.domains).toContain('catalog:8080');
    expect(host(configuration, 'catalog.shop.svc.cluster.local:8080')?.domains).not.toContain('catalog');
    expect(host(configuration, 'cart.shop.svc.cluster.local:80')?.domains).toContain('cart');
  });

  it('gives one object to proxies with equal inputs', () => {
    const registry = meshOf(base + podYaml('shop/web-2', { labels: { app: 'web' }, addresses: ['10.0.0.2'] }));
    expect(routes(registry, 'shop/web-2', '8080')).toBe(routes(registry, 'shop/web', '8080'));
  });
});

describe('what cannot be known of route configurations', () => {
  it('is whose proxy headers a cached configuration has', () => {
    const annotations = { 'proxy.istio.io/config': 'proxyHeaders: {attemptCount: {disabled: true}}' };
    const yaml = podYaml('shop/quiet', { labels: { app: 'quiet' }, addresses: ['10.0.0.3'], annotations });
    const cached = compile(yaml);
    expect(host(cached, 'allow_any')?.['include_request_attempt_count']).toBeInstanceOf(Unknown);
    const options = { environment: { PILOT_ENABLE_RDS_CACHE: 'false' } };
    expect(host(compile(yaml, '8080', options), 'allow_any')).toHaveProperty('include_request_attempt_count', true);
    const quiet = compile(yaml, '8080', options, 'shop/quiet');
    expect(host(quiet, 'allow_any')).toHaveProperty('include_request_attempt_count', false);
  });

  it('is which of two hosts gets the address that they share', () => {
    const configuration = compile(`---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: two, namespace: shop, creationTimestamp: "2026-01-02T00:00:00Z"}
spec:
  hosts: [a.example, b.example]
  addresses: [192.0.2.1]
  ports: [{name: http, number: 8080, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 198.51.100.1}]
`);
    for (const name of ['a.example:8080', 'b.example:8080']) {
      const domains: unknown[] = host(configuration, name)?.domains ?? [];
      expect(domains.at(-1)).toBeInstanceOf(Unknown);
      expect(domains).toHaveLength(3);
    }
  });
});
