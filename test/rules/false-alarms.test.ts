import { describe, expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { podYaml } from '../support/mesh.ts';
import { findingsIn, told } from '../support/rules.ts';

/** Configurations that are right, and of which other tools that read the texts alone are known to complain. */
const vs = (name: string, spec: string, namespace = 'shop'): string =>
  manifest('VirtualService', name, spec, { namespace });
const dr = (name: string, spec: string, namespace = 'shop'): string =>
  manifest('DestinationRule', name, spec, { namespace });
const entry = (name: string, spec: string, namespace = 'shop'): string =>
  manifest('ServiceEntry', name, spec, { namespace });
const gateway = manifest(
  'Gateway',
  'public',
  '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example"]}]}',
  { namespace: 'edge' },
);
const cart = '{host: cart.shop.svc.cluster.local, port: {number: 8080}}';
const catalog = '{host: catalog.shop.svc.cluster.local, port: {number: 8080}}';
const strict = (namespace: string): string =>
  manifest('PeerAuthentication', 'default', '{mtls: {mode: STRICT}}', { namespace });
const namespaces = ['shop', 'edge', 'other', 'istio-system']
  .map((name) => `---\n{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}\n`)
  .join('');
const others = podYaml('other/client', { labels: { app: 'client', version: 'v1' }, addresses: ['10.0.7.7'] });
const http = 'ports: [{number: 80, name: http, protocol: HTTP}]';

const quiet = (cases: [string, string][]): void => {
  it.each(cases)('%s', (_, yaml) => {
    expect(told(findingsIn(namespaces + others + yaml))).toEqual([]);
  });
};

describe('auto-mTLS needs no DestinationRule beside a PeerAuthentication', () => {
  quiet([
    ['STRICT for the mesh alone', strict('istio-system')],
    ['STRICT for a namespace alone', strict('shop')],
    [
      'DISABLE for a workload alone',
      manifest('PeerAuthentication', 'cart', '{selector: {matchLabels: {app: cart}}, mtls: {mode: DISABLE}}'),
    ],
    [
      'STRICT with a DestinationRule that says nothing of TLS',
      strict('shop') + dr('cart', '{host: cart, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}'),
    ],
    [
      'STRICT with subsets that say nothing of TLS',
      strict('shop') +
        dr(
          'cart',
          '{host: cart, subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {connectionPool: {http: {maxRetries: 3}}}}]}',
        ),
    ],
    [
      'a wildcard of ISTIO_MUTUAL and a rule of a host without TLS settings',
      strict('istio-system') +
        dr('all', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}', 'istio-system') +
        dr('cart', '{host: cart, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}}'),
    ],
    [
      'ISTIO_MUTUAL written out while servers are PERMISSIVE',
      dr('cart', '{host: cart, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'),
    ],
    [
      'identities asked for while servers are PERMISSIVE',
      manifest(
        'AuthorizationPolicy',
        'cart',
        '{selector: {matchLabels: {app: cart}}, rules: [{from: [{source: {namespaces: [shop, edge]}}]}]}',
      ),
    ],
    [
      'TLS switched off to a host outside',
      entry('plain', `{hosts: [plain.example.com], location: MESH_EXTERNAL, ${http}, resolution: DNS}`) +
        dr('plain', '{host: plain.example.com, trafficPolicy: {tls: {mode: DISABLE}}}'),
    ],
  ]);
});

describe('exportTo keeps apart what has the same host', () => {
  const routes = (name: string, to: string, exportTo: string, namespace = 'shop'): string =>
    vs(
      name,
      `{hosts: [cart.shop.svc.cluster.local], exportTo: [${exportTo}], http: [{route: [{destination: ${to}}]}]}`,
      namespace,
    );
  quiet([
    [
      'two VirtualServices of a host for two namespaces',
      routes('mine', cart, '"."') + routes('theirs', catalog, '"."', 'other'),
    ],
    ['a VirtualService for one other namespace', routes('theirs', catalog, 'other', 'shop')],
    [
      'a subset and its routes private to one namespace',
      dr('cart', '{host: cart, exportTo: ["."], subsets: [{name: v1, labels: {version: v1}}]}') +
        vs(
          'cart',
          '{hosts: [cart], exportTo: ["."], http: [{route: [{destination: {host: cart, subset: v1, port: {number: 8080}}}]}]}',
        ),
    ],
    [
      'a ServiceEntry and its routes private to one namespace',
      entry('pay', `{hosts: [pay.example.com], exportTo: ["."], ${http}, resolution: DNS}`) +
        vs(
          'pay',
          '{hosts: [pay.example.com], exportTo: ["."], http: [{timeout: 1s, route: [{destination: {host: pay.example.com}}]}]}',
        ),
    ],
    [
      'one host in private ServiceEntries of two namespaces',
      entry('a', `{hosts: [pay.example.com], exportTo: ["."], ${http}, resolution: DNS}`) +
        entry(
          'b',
          '{hosts: [pay.example.com], exportTo: ["."], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 192.0.2.9}]}',
          'other',
        ),
    ],
    [
      'a DestinationRule of the client beside that of the service',
      dr('cart', '{host: cart, exportTo: ["."], trafficPolicy: {loadBalancer: {simple: RANDOM}}}') +
        dr(
          'cart',
          '{host: cart.shop.svc.cluster.local, exportTo: ["."], trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}',
          'other',
        ),
    ],
    [
      'a Service for its own namespace with routes for all',
      `---
apiVersion: v1
kind: Service
metadata: {name: own, namespace: shop, annotations: {networking.istio.io/exportTo: "."}}
spec: {selector: {app: cart}, clusterIP: 10.96.0.77, clusterIPs: [10.96.0.77], ports: [{name: http, port: 80, targetPort: 8080}]}
${vs('own', '{hosts: [own], http: [{timeout: 3s, route: [{destination: {host: own}}]}]}')}`,
    ],
  ]);
});

describe('a delegate has no hosts, and its root no routes', () => {
  const root = (namespace: string, name = 'pay'): string =>
    vs(
      'www',
      `{hosts: [www.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /pay}}], delegate: {name: ${name}, namespace: ${namespace}}}, {route: [{destination: ${cart}}]}]}`,
      'edge',
    );
  const delegate = (
    spec = `{http: [{match: [{uri: {prefix: /pay/v1}}], route: [{destination: ${catalog}}]}, {route: [{destination: ${cart}}]}]}`,
    namespace = 'shop',
  ): string => vs('pay', spec, namespace);
  quiet([
    ['of another namespace', gateway + root('shop') + delegate()],
    ['of its own namespace', gateway + root('edge') + delegate(undefined, 'edge')],
    [
      'without a namespace in the root',
      gateway +
        vs(
          'www',
          '{hosts: [www.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /pay}}], delegate: {name: pay}}]}',
          'edge',
        ) +
        delegate(undefined, 'edge'),
    ],
    [
      'exported to the namespace of the root',
      gateway + root('shop') + delegate(`{exportTo: [edge], http: [{route: [{destination: ${catalog}}]}]}`),
    ],
    [
      'of two roots',
      gateway +
        root('shop') +
        vs(
          'second',
          '{hosts: [second.example], gateways: [edge/public], http: [{match: [{uri: {prefix: /pay}}], delegate: {name: pay, namespace: shop}}]}',
          'edge',
        ) +
        delegate(),
    ],
    [
      'in the mesh',
      vs(
        'catalog',
        '{hosts: [catalog], http: [{match: [{uri: {prefix: /pay}}], delegate: {name: pay}}, {route: [{destination: {host: catalog, port: {number: 8080}}}]}]}',
      ) + delegate(),
    ],
    [
      'with a short host of its own namespace',
      gateway + root('shop') + delegate('{http: [{route: [{destination: {host: catalog, port: {number: 8080}}}]}]}'),
    ],
  ]);
});

describe('sourceLabels and sourceNamespace keep routes apart', () => {
  const routed = (rules: string, hosts = '[cart]'): string => vs('cart', `{hosts: ${hosts}, http: [${rules}]}`);
  const to = (where: string): string => `route: [{destination: ${where}}]`;
  quiet([
    [
      'the same path for two clients',
      routed(
        `{match: [{sourceLabels: {app: catalog}, uri: {prefix: /a}}], ${to(catalog)}}, {match: [{sourceLabels: {app: client}, uri: {prefix: /a}}], ${to(cart)}}, {${to(cart)}}`,
      ),
    ],
    [
      'a rule for one client before the same for all',
      routed(`{match: [{sourceLabels: {app: client}}], ${to(catalog)}}, {${to(cart)}}`),
    ],
    [
      'a rule for one namespace before the same for all',
      routed(`{match: [{sourceNamespace: other}], ${to(catalog)}}, {${to(cart)}}`),
    ],
    [
      'all paths of one client before one path of all',
      routed(
        `{match: [{sourceLabels: {app: client}}], ${to(catalog)}}, {match: [{uri: {prefix: /a}}], ${to(cart)}}, {${to(catalog)}}`,
      ),
    ],
    [
      'several labels of one client',
      routed(
        `{match: [{sourceLabels: {app: client, version: v1}}], ${to(catalog)}}, {match: [{sourceLabels: {app: catalog}}], ${to(cart)}}, {${to(catalog)}}`,
      ),
    ],
    [
      'labels of a workload that is scaled to zero',
      routed(`{match: [{sourceLabels: {app: nightly}}], ${to(catalog)}}, {${to(cart)}}`) +
        manifest('Deployment', 'nightly', '{replicas: 0, template: {metadata: {labels: {app: nightly}}}}'),
    ],
    [
      'one rule for a gateway and one for the mesh',
      gateway +
        vs(
          'cart',
          `{hosts: [cart.shop.svc.cluster.local, cart.example], gateways: [mesh, edge/public], http: [{match: [{gateways: [edge/public]}], ${to(catalog)}}, {match: [{gateways: [mesh]}], ${to(cart)}}]}`,
        ),
    ],
  ]);
});

describe('wildcard hosts are hosts', () => {
  const wild = entry('wild', `{hosts: ["*.partner.com"], location: MESH_EXTERNAL, ${http}, resolution: NONE}`);
  const at = (hosts: string, to = cart): string =>
    `{hosts: [${hosts}], gateways: [edge/public], http: [{route: [{destination: ${to}}]}]}`;
  quiet([
    [
      'a VirtualService for a wildcard of a ServiceEntry',
      wild +
        vs(
          'wild',
          '{hosts: ["*.partner.com"], http: [{timeout: 5s, route: [{destination: {host: "*.partner.com", port: {number: 80}}}]}]}',
        ),
    ],
    [
      'a DestinationRule for one name below a wildcard',
      wild + dr('api', '{host: api.partner.com, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}}'),
    ],
    [
      'a DestinationRule for a wildcard of the mesh',
      dr('all', '{host: "*.shop.svc.cluster.local", trafficPolicy: {loadBalancer: {simple: RANDOM}}}'),
    ],
    [
      'an exact host beside a wildcard on a gateway',
      gateway + vs('all', at('"*.example"')) + vs('cart', at('cart.example', catalog)),
    ],
    ['a wildcard that lies in the wildcard of the server', gateway + vs('all', at('"*.eu.example"'))],
    ['a wildcard wider than the hosts of the server', gateway + vs('all', at('"*"'))],
    [
      'an exact ServiceEntry beside a wildcard',
      wild + entry('api', `{hosts: [api.partner.com], location: MESH_EXTERNAL, ${http}, resolution: DNS}`),
    ],
    [
      'a Sidecar that imports by a wildcard',
      manifest('Sidecar', 'default', '{egress: [{hosts: ["./*", "istio-system/*", "*/*.partner.com"]}]}') + wild,
    ],
    [
      'one host of a namespace in the server',
      manifest(
        'Gateway',
        'public',
        '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["shop/*.example", "./www.example"]}]}',
        { namespace: 'edge' },
      ) + vs('cart', at('cart.example')),
    ],
  ]);
});
