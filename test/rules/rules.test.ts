import { describe, expect, it } from 'vitest';
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
const policy = (kind: string, spec: string): string => `---
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: {name: cart, namespace: shop}
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
});

describe('VirtualServices', () => {
  const all = (host: string): string =>
    `{hosts: [${host}], http: [{route: ${to(`{host: ${host}, port: {number: 8080}}`)}}]}`;

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

describe('mutual TLS', () => {
  const strict = policy('PeerAuthentication', '{mtls: {mode: STRICT}}');

  it('tells plain text to STRICT, and is silent under auto-mTLS', () => {
    const plain = rule('cart', '{host: cart, trafficPolicy: {tls: {mode: DISABLE}}}');
    expect(told(findingsIn(strict + plain))).toEqual([
      'MESH0130 DestinationRule shop/cart spec.trafficPolicy.tls.mode',
    ]);
    expect(findingsIn(plain)).toEqual([]);
    const pool = rule('cart', '{host: cart, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}}');
    expect(findingsIn(strict + pool)).toEqual([]);
    expect(told(findingsIn(strict + pool, { mesh: { enableAutoMtls: false } }))).toContain(
      'MESH0130 DestinationRule shop/cart spec.trafficPolicy',
    );
  });

  it('warns of clients whose TLS is lost with the wildcard that set it', () => {
    const manual = { mesh: { enableAutoMtls: false }, infos: true };
    const wildcard = rule(
      'all',
      '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}',
      '2024-01-01T00:00:00Z',
      'istio-system',
    );
    const pool = rule('cart', '{host: cart, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}}');
    const severity = (yaml: string, options: typeof manual): string[] =>
      findingsIn(wildcard + pool + yaml, options)
        .filter(({ code }) => code === 'MESH0112')
        .map((it) => `${it.severity} ${it.proxies.length}`);
    expect(severity('', manual)).toEqual(['warning 4']);
    // Under auto-mTLS nothing is lost, and where requests fail that is told at this place instead.
    expect(severity('', { ...manual, mesh: { enableAutoMtls: true } })).toEqual(['info 0']);
    expect(severity(strict, manual)).toEqual([]);
  });

  it('tells mutual TLS to a pod without a sidecar', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'batch', namespace: 'shop', labels: { app: 'batch' } },
      spec: { containers: [{ name: 'app' }] },
      status: { phase: 'Running', podIP: '10.0.0.50', podIPs: [{ ip: '10.0.0.50' }] },
    };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'batch', namespace: 'shop' },
      spec: { selector: { app: 'batch' }, clusterIP: '10.96.0.50', ports: [{ name: 'http', port: 80 }] },
    };
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'batch', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'batch' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80 }],
      endpoints: [
        {
          addresses: ['10.0.0.50'],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: 'batch', namespace: 'shop' },
        },
      ],
    };
    const extra = [pod, service, slice].map((it) => `---\n${JSON.stringify(it)}\n`).join('');
    const wild = rule(
      'all',
      '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}',
      undefined,
      'istio-system',
    );
    expect(told(findingsIn(wild, { extra }))).toEqual([
      'MESH0131 DestinationRule istio-system/all spec.trafficPolicy.tls.mode',
    ]);
    expect(findingsIn(wild)).toEqual([]);
  });

  it("tells an exception for a port that is the Service's", () => {
    const on = (port: number): string =>
      policy(
        'PeerAuthentication',
        `{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {"${port}": {mode: PERMISSIVE}}}`,
      );
    const extra = `---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: cart}, clusterIP: 10.96.0.80, ports: [{name: http, port: 80, targetPort: 8080}]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web, namespace: shop, labels: {kubernetes.io/service-name: web}}, addressType: IPv4, ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.0.0.10], conditions: {ready: true}, targetRef: {kind: Pod, name: cart-v1, namespace: shop}}]}
`;
    expect(told(findingsIn(on(80), { extra }))).toEqual([
      'MESH0132 PeerAuthentication shop/cart spec.portLevelMtls.80',
    ]);
    expect(findingsIn(on(8080))).toEqual([]);
    expect(findingsIn(on(9999), { infos: true }).map(({ code, severity }) => [code, severity])).toEqual([
      ['MESH0132', 'info'],
    ]);
  });
});

describe('AuthorizationPolicies', () => {
  const naming = (principal: string, more = ''): string =>
    policy(
      'AuthorizationPolicy',
      `{selector: {matchLabels: {app: cart}}, rules: [{from: [{source: {principals: ["${principal}"]}}]}${more}]}`,
    );
  const field = 'AuthorizationPolicy shop/cart spec.rules[0].from[0].source.principals';

  it('tells principals that nobody has: an error where nobody is let in', () => {
    expect(
      findingsIn(naming('cluster.local/ns/shop/sa/nobody')).map(({ code, severity, field: at }) => [
        code,
        severity,
        at,
      ]),
    ).toEqual([['MESH0140', 'error', 'spec.rules[0].from[0].source.principals[0]']]);
    expect(
      findingsIn(naming('cluster.local/ns/shop/sa/nobody', ', {to: [{operation: {paths: [/health]}}]}')).map(
        ({ severity }) => severity,
      ),
    ).toEqual(['warning']);
  });

  it.each([
    'cluster.local/ns/shop/sa/default',
    '*',
    '*/sa/default',
    'cluster.local/ns/shop/*',
    'other.domain/ns/x/sa/y',
  ])('takes %s for somebody', (principal) => {
    expect(findingsIn(naming(principal))).toEqual([]);
  });

  it('tells identities that are asked for where mutual TLS is off', () => {
    const off = policy('PeerAuthentication', '{selector: {matchLabels: {app: cart}}, mtls: {mode: DISABLE}}');
    expect(told(findingsIn(off + naming('cluster.local/ns/shop/sa/default')))).toEqual([`MESH0141 ${field}`]);
  });

  it('takes a workload that is scaled to zero for no mistake', () => {
    const extra =
      '---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: chart, namespace: shop}, spec: {replicas: 0, template: {metadata: {labels: {app: chart}}}}}\n';
    const idle = policy('AuthorizationPolicy', '{selector: {matchLabels: {app: chart}}}');
    expect(findingsIn(idle, { extra })).toEqual([]);
  });

  it('tells a policy that selects no pod', () => {
    expect(told(findingsIn(policy('AuthorizationPolicy', '{selector: {matchLabels: {app: chart}}}')))).toEqual([
      'MESH0142 AuthorizationPolicy shop/cart',
    ]);
  });
});
