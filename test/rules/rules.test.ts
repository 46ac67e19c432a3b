import { describe, expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { podYaml } from '../support/mesh.ts';
import { findingsIn, told } from '../support/rules.ts';

const virtualService = (name: string, spec: string, created = '2024-02-01T00:00:00Z'): string => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop, creationTimestamp: "${created}"}
spec: ${spec}
`;
const rule = (name: string, spec: string, created = '2024-02-01T00:00:00Z', namespace = 'shop'): string => `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "${created}"}
spec: ${spec}
`;
const gateway = (name: string, server: string, created = '2024-02-01T00:00:00Z'): string => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: edge, creationTimestamp: "${created}"}
spec: {selector: {istio: ingress}, servers: [${server}]}
`;
const to = (destination: string): string => `[{destination: ${destination}}]`;
const http80 = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example"]}';

describe('destinations', () => {
  const field = 'VirtualService shop/cart spec.http[0].route[0].destination';
  it.each([
    ['a host that does not exist', '{host: wishlist}', `MESH0100 ${field}.host`],
    ['a port that does not exist', '{host: cart, port: {number: 8081}}', `MESH0101 ${field}.port.number`],
    ['a subset that does not exist', '{host: cart, subset: v9}', `MESH0103 ${field}.subset`],
  ])('tells %s', (_, destination, expected) => {
    expect(told(findingsIn(virtualService('cart', `{hosts: [cart], http: [{route: ${to(destination)}}]}`)))).toEqual([
      expected,
    ]);
  });

  it('leads a port of a route of the Gateway API to where it stands, with the status that Envoy answers with', () => {
    const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: cart}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
`;
    const found = findingsIn(route);
    expect(told(found)).toEqual(['MESH0101 HTTPRoute shop/cart spec.rules[0].backendRefs[0].port']);
    expect(found[0]?.message).toBe(
      'HTTPRoute shop/cart sends to port 80 of cart.shop.svc.cluster.local, which has 8080 only',
    );
    expect(found[0]?.effect).toContain('get 500 NC');
  });

  it('is silent where the route is in no proxy, and where the destination is good', () => {
    const routes = `[{route: ${to('{host: cart, port: {number: 8080}}')}}, {match: [{uri: {prefix: /x}}], route: ${to('{host: cart}')}}]`;
    const found = findingsIn(virtualService('cart', `{hosts: [cart], http: ${routes}}`));
    expect(told(found)).toEqual(['MESH0120 VirtualService shop/cart spec.http[1]']);
  });

  it('names only the proxies that cannot see the subset', () => {
    const edge = virtualService(
      'www',
      `{hosts: [www.example, cart], gateways: [mesh, edge/public], http: [{route: ${to('{host: cart, subset: v2, port: {number: 8080}}')}}]}`,
    );
    const found = findingsIn(
      `${edge}${gateway('public', http80)}${rule('cart', '{host: cart, exportTo: ["."], subsets: [{name: v2, labels: {version: v2}}]}')}`,
    );
    expect(found.map(({ code, proxies }) => [code, proxies])).toEqual([['MESH0105', ['edge/gate']]]);
  });

  it('makes a note of a Service that is hidden from all who get its routes without a cluster', () => {
    const service = (name: string, exportTo: string): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop, annotations: {networking.istio.io/exportTo: "${exportTo}"}}
spec: {selector: {app: cart}, clusterIP: 10.96.0.77, clusterIPs: [10.96.0.77], ports: [{name: http, port: 80, targetPort: 8080}]}
`;
    const client = podYaml('other/client', { labels: { app: 'client' }, addresses: ['10.0.7.7'] });
    const severities = (host: string): string[] =>
      findingsIn(
        service('own', '.') +
          service('seen', '*') +
          client +
          virtualService('own', `{hosts: [${host}], http: [{route: ${to('{host: own, port: {number: 80}}')}}]}`),
        { infos: true },
      ).flatMap(({ code, severity }) => (code === 'MESH0104' ? [severity] : []));
    expect(severities('own')).toEqual(['info']);
    expect(severities('seen')).toEqual(['error']);
  });

  it('makes a note of a destination that no request reaches', () => {
    const routes = `[{match: [{uri: {prefix: /a}}], route: ${to('{host: cart}')}}, {match: [{uri: {prefix: /a/b}}], route: ${to('{host: wishlist}')}}]`;
    const found = findingsIn(virtualService('cart', `{hosts: [cart], http: ${routes}}`), { infos: true });
    expect(found.filter(({ code }) => code === 'MESH0100').map(({ severity }) => severity)).toEqual(['info']);
  });

  it('tells a port that is missing where the service has several', () => {
    const edge = virtualService(
      'www',
      `{hosts: [www.example], gateways: [edge/public], http: [{route: ${to('{host: catalog}')}}]}`,
    );
    expect(told(findingsIn(edge + gateway('public', http80)))).toEqual([
      'MESH0102 VirtualService shop/www spec.http[0].route[0].destination.port',
    ]);
    const one = virtualService(
      'www',
      `{hosts: [www.example], gateways: [edge/public], http: [{route: ${to('{host: cart}')}}]}`,
    );
    expect(findingsIn(one + gateway('public', http80))).toEqual([]);
  });

  it('tells a subset that no pod has only where a route leads to it', () => {
    const subsets = rule('cart', '{host: cart, subsets: [{name: v3, labels: {app: cart, version: v3}}]}');
    expect(findingsIn(subsets)).toEqual([]);
    const routed = virtualService('cart', `{hosts: [cart], http: [{route: ${to('{host: cart, subset: v3}')}}]}`);
    expect(told(findingsIn(subsets + routed))).toEqual(['MESH0108 DestinationRule shop/cart spec.subsets[0].labels']);
  });

  it('warns of a subset without pods that gets copies of requests only', () => {
    const subsets = rule('cart', '{host: cart, subsets: [{name: v3, labels: {app: cart, version: v3}}]}');
    const mirrored = `[{route: ${to('{host: cart}')}, mirrors: ${to('{host: cart, subset: v3}')}}]`;
    const found = findingsIn(subsets + virtualService('cart', `{hosts: [cart], http: ${mirrored}}`));
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([['MESH0108', 'warning']]);
  });
});

describe('VirtualServices', () => {
  const all = (host: string): string =>
    `{hosts: [${host}], http: [{route: ${to(`{host: ${host}, port: {number: 8080}}`)}}]}`;

  it('makes a note of a namespace that has an exception for itself', () => {
    const exported = (name: string, namespace: string, exportTo: string): string =>
      virtualService(
        name,
        `{hosts: [cart.shop.svc.cluster.local], exportTo: ["${exportTo}"], http: [{name: ${name}, route: ${to('{host: cart.shop.svc.cluster.local}')}}]}`,
      ).replace('namespace: shop', `namespace: ${namespace}`);
    const other = podYaml('pay/till', { labels: { app: 'till' }, addresses: ['10.0.0.120'] });
    const severity = (exportTo: string): string[] =>
      findingsIn(exported('all', 'shop', '*') + exported('own', 'pay', exportTo), {
        infos: true,
        extra: other,
      }).flatMap(({ code, severity: it, proxies }) => (code === 'MESH0110' ? [`${it} ${proxies.join()}`] : []));
    expect(severity('.')).toEqual(['info pay/till']);
    expect(severity('*').map((it) => it.split(' ')[0])).toEqual(['error']);
  });

  it('gives a host to the oldest, and keeps apart what exportTo and wildcards keep apart', () => {
    const two =
      virtualService('b', all('cart'), '2024-01-02T00:00:00Z') +
      virtualService('a', all('cart'), '2024-01-03T00:00:00Z');
    expect(findingsIn(two)).toEqual([]);
    expect(findingsIn(two, { infos: true }).map(({ code }) => code)).toContain('MESH0110');
    const other = virtualService(
      'a',
      all('cart').replace('8080', '8080}, subset: v1').replace('}}}]}]}', '}}]}]}'),
      '2024-01-03T00:00:00Z',
    );
    expect(told(findingsIn(virtualService('b', all('cart'), '2024-01-02T00:00:00Z') + other))).toEqual([
      'MESH0110 VirtualService shop/a spec.hosts[0]',
    ]);
    const wild = virtualService(
      'wild',
      '{hosts: ["*.shop.svc.cluster.local"], http: [{route: [{destination: {host: cart}}]}]}',
    );
    expect(findingsIn(virtualService('a', all('cart')) + wild)).toEqual([]);
  });

  it('proves shadows on a gateway across VirtualServices, where mere order of names says nothing', () => {
    const first = virtualService(
      'z',
      `{hosts: [www.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /api}}], route: ${to('{host: cart}')}}]}`,
      '2024-01-02T00:00:00Z',
    );
    const second = virtualService(
      'a',
      `{hosts: [www.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /api/pay}}], route: ${to('{host: catalog, port: {number: 8080}}')}}]}`,
      '2024-01-03T00:00:00Z',
    );
    expect(told(findingsIn(first + second + gateway('public', http80)))).toEqual([
      'MESH0120 VirtualService shop/a spec.http[0]',
    ]);
  });

  it('tells gateways and delegates that do not exist, and ports that nothing has', () => {
    const lost = virtualService(
      'www',
      `{hosts: [www.example], gateways: [public], http: [{route: ${to('{host: cart}')}}]}`,
    );
    expect(told(findingsIn(lost + gateway('public', http80)))).toEqual([
      'MESH0106 VirtualService shop/www spec.gateways[0]',
    ]);
    const root = virtualService(
      'www',
      `{hosts: [www.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /a}}], delegate: {name: none}}, {route: ${to('{host: cart}')}}]}`,
    );
    expect(told(findingsIn(root + gateway('public', http80)))).toEqual([
      'MESH0107 VirtualService shop/www spec.http[0].delegate.name',
    ]);
    const port = virtualService(
      'cart',
      `{hosts: [cart], http: [{match: [{port: 80}], route: ${to('{host: cart}')}}, {route: ${to('{host: cart}')}}]}`,
    );
    expect(told(findingsIn(port))).toEqual(['MESH0122 VirtualService shop/cart spec.http[0].match[0].port']);
    const alone = virtualService(
      'cart',
      `{hosts: [cart], http: [{match: [{port: 80}], route: ${to('{host: cart}')}}]}`,
    );
    expect(findingsIn(alone).map(({ code, proxies }) => [code, proxies.length])).toEqual([['MESH0122', 3]]);
    // A host that another VirtualService has is told of that host, not of each match.
    const first = virtualService('a', `{hosts: [cart], http: [{route: ${to('{host: cart}')}}]}`);
    const good = virtualService(
      'later',
      `{hosts: [cart], http: [{match: [{port: 8080}], route: ${to('{host: cart}')}}]}`,
      '2024-03-01T00:00:00Z',
    );
    expect(told(findingsIn(first + good))).toEqual(['MESH0110 VirtualService shop/later spec.hosts[0]']);
    // Sidecars answer on port 80 for hosts without a port of HTTP of their own.
    const web = manifest(
      'ServiceEntry',
      'web',
      '{hosts: [web.example], ports: [{number: 443, name: tls, protocol: TLS}]}',
    );
    expect(told(findingsIn(port.replace('[cart]', '[web.example]') + web))).toEqual([]);
  });

  it("tells a host that no server has and a short name that is nobody's", () => {
    const host = virtualService(
      'www',
      `{hosts: [www.other], gateways: [edge/public], http: [{route: ${to('{host: cart}')}}]}`,
    );
    expect(told(findingsIn(host + gateway('public', http80)))).toEqual([
      'MESH0114 VirtualService shop/www spec.hosts[0]',
    ]);
    const short = virtualService(
      'x',
      `{hosts: [nobody], http: [{route: ${to('{host: cart, port: {number: 8080}}')}}]}`,
    );
    expect(told(findingsIn(short))).toEqual(['MESH0116 VirtualService shop/x spec.hosts[0]']);
  });
});

describe('DestinationRules and Gateways', () => {
  it('tells what the merge of two rules drops, and nothing where they only add', () => {
    const older = rule(
      'b',
      '{host: cart, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}, subsets: [{name: v1, labels: {version: v1}}]}',
      '2024-01-02T00:00:00Z',
    );
    const younger = (spec: string): string =>
      rule('a', `{host: cart.shop.svc.cluster.local, ${spec}}`, '2024-01-03T00:00:00Z');
    expect(
      told(
        findingsIn(
          older +
            younger('trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: {version: v2}}]'),
        ),
      ),
    ).toEqual([
      'MESH0111 DestinationRule shop/a spec.subsets[0]',
      'MESH0111 DestinationRule shop/a spec.trafficPolicy',
    ]);
    expect(findingsIn(older + younger('subsets: [{name: v2, labels: {version: v2}}]'))).toEqual([]);
  });

  it('tells a server of another protocol on a port that is taken', () => {
    const older = gateway('a', http80, '2024-01-02T00:00:00Z');
    const tcp = gateway('b', '{port: {number: 80, name: tcp, protocol: TCP}, hosts: ["*"]}', '2024-01-03T00:00:00Z');
    expect(told(findingsIn(older + tcp))).toEqual(['MESH0113 Gateway edge/b spec.servers[0].port.number']);
    const http = gateway(
      'b',
      '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["other.test"]}',
      '2024-01-03T00:00:00Z',
    );
    expect(findingsIn(older + http)).toEqual([]);
  });
});
