import { describe, expect, it } from 'vitest';
import type { SidecarScope } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf, podYaml, proxyOf } from '../support/mesh.ts';

let clock = 0;
const time = () => `creationTimestamp: "2026-01-01T00:${String(clock++).padStart(2, '0')}:00Z"`;

const service = (id: string, ports = '[{name: http, port: 80}]') => {
  const [namespace, name] = id.split('/');
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}, ${time()}}
spec: {clusterIP: 10.96.0.1, ports: ${ports}}
`;
};

const entry = (id: string, host: string, more = '', number = 80) => {
  const [namespace, name] = id.split('/');
  return `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${namespace}, ${time()}}
spec: {hosts: ["${host}"], ports: [{name: p${number}, number: ${number}, protocol: HTTP}], resolution: STATIC${more}}
`;
};

const sidecar = (id: string, spec: string) => {
  const [namespace, name] = id.split('/');
  return `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: ${name}, namespace: ${namespace}, ${time()}}
spec: {${spec}}
`;
};

const virtualService = (id: string, spec: string) => sidecar(id, spec).replace('kind: Sidecar', 'kind: VirtualService');

function scopeOf(yaml: string, labels: Record<string, string> = {}, options: MeshOptions = {}, gateway = false) {
  const registry = meshOf(yaml + podYaml('shop/client', { labels, gateway }), options);
  return registry.sidecarScope(proxyOf(registry, 'shop/client'));
}

const names = (scope: SidecarScope) =>
  scope.services.map((item) => `${item.name}.${item.namespace}:${item.ports.map(({ port }) => port)}`);

const two = '[{name: http, port: 80}, {name: admin, port: 81}]';
const all = service('shop/cart', two) + service('pay/ledger') + service('pay/audit');

describe('the Sidecar of a workload', () => {
  const root = sidecar('istio-system/root', 'egress: [{hosts: ["./*"]}]');
  const own = sidecar('shop/own', 'egress: [{hosts: ["./*"]}]');
  const mine = sidecar('shop/mine', 'workloadSelector: {labels: {app: a}}, egress: [{hosts: ["./*"]}]');
  const name = (yaml: string, app: string) => scopeOf(yaml, { app }).sidecar?.metadata.name;

  it("is the selector's, the namespace's, the root's, or none", () => {
    expect(name(root + own + mine, 'a')).toBe('mine');
    expect(name(root + own + mine, 'b')).toBe('own');
    expect(name(root + mine, 'b')).toBe('root');
    expect(name('', 'b')).toBeUndefined();
  });

  it('is the oldest of several', () => {
    expect(name(sidecar('shop/z', 'egress: []') + sidecar('shop/a', 'egress: []'), 'a')).toBe('z');
  });

  it('is none for gateways', () => {
    expect(scopeOf(root + own, {}, {}, true).sidecar).toBeUndefined();
  });
});

describe('the DestinationRules of a scope', () => {
  it('are those of its services; a workload does not know the rule of its own service unless it imports it', () => {
    const rule = sidecar('shop/r', 'host: cart').replace('kind: Sidecar', 'kind: DestinationRule');
    const cart = { hostname: 'cart.shop.svc.cluster.local', namespace: 'shop' };
    const found = (hosts: string) => {
      const scope = scopeOf(all + rule + sidecar('shop/s', `egress: [{hosts: ${hosts}}]`));
      return [scope.destinationRule(cart), scope.inboundDestinationRule(cart)].map((it) => it?.from[0]?.metadata.name);
    };
    expect(found('["./*"]')).toEqual(['r', 'r']);
    expect(found('["pay/*"]')).toEqual([undefined, undefined]);
  });
});

describe('the services of a scope', () => {
  it('are all that are visible without a Sidecar', () => {
    expect(names(scopeOf(all))).toEqual(['cart.shop:80,81', 'ledger.pay:80', 'audit.pay:80']);
    const hidden =
      entry('pay/hidden', 'h.example', ', exportTo: ["."]') + entry('pay/nobody', 'n.example', ', exportTo: ["~"]');
    expect(names(scopeOf(hidden + entry('shop/own', 'o.example', ', exportTo: ["."]')))).toEqual(['o.example.shop:80']);
  });

  it.each([
    ['["./*"]', ['cart.shop:80,81']],
    ['["pay/*"]', ['ledger.pay:80', 'audit.pay:80']],
    ['["*/ledger.pay.svc.cluster.local"]', ['ledger.pay:80']],
    ['["~/*"]', []],
    ['["*/*.pay.svc.cluster.local"]', ['ledger.pay:80', 'audit.pay:80']],
    ['["pay/ledger.pay.svc.cluster.local", "./*"]', ['cart.shop:80,81', 'ledger.pay:80']],
  ])('are those of hosts %s', (hosts, expected) => {
    expect(names(scopeOf(all + sidecar('shop/s', `egress: [{hosts: ${hosts}}]`)))).toEqual(expected);
  });

  it('leave out what ~ excludes from 1.30 on', () => {
    const exclusion = sidecar('shop/s', 'egress: [{hosts: ["*/*", "~pay/audit.pay.svc.cluster.local"]}]');
    expect(names(scopeOf(all + exclusion, {}, { version: '1.32.0' }))).toEqual(['cart.shop:80,81', 'ledger.pay:80']);
  });

  it('have the port of their listener only, merged over listeners', () => {
    const ports = (spec: string) => names(scopeOf(all + sidecar('shop/s', `egress: [${spec}]`)));
    const listener = (port: number, protocol = 'HTTP') =>
      `{port: {number: ${port}, protocol: ${protocol}, name: a}, hosts: ["./*"]}`;
    expect(ports(listener(81))).toEqual(['cart.shop:81']);
    expect(ports(`${listener(81)}, ${listener(80)}`)).toEqual(['cart.shop:81,80']);
    expect(ports(listener(9999))).toEqual([]);
    expect(ports(listener(9999, 'HTTP_PROXY'))).toEqual(['cart.shop:80,81']);
  });

  it('of one hostname are those of the own namespace, then of Kubernetes, then the oldest', () => {
    const first = entry('a/one', 'x.example') + entry('b/two', 'x.example', '', 81);
    expect(names(scopeOf(first))).toEqual(['x.example.a:80']);
    expect(names(scopeOf(first + entry('shop/three', 'x.example', '', 82)))).toEqual(['x.example.shop:82']);
    const squatted = entry('a/squat', 'cart.pay.svc.cluster.local') + service('pay/cart');
    expect(names(scopeOf(squatted))).toEqual(['cart.pay:80']);
  });

  it('of one hostname and namespace are merged where they are parts of one', () => {
    expect(names(scopeOf(entry('a/one', 'x.example') + entry('a/two', 'x.example', '', 81)))).toEqual([
      'x.example.a:80,81',
    ]);
    expect(
      names(
        scopeOf(
          entry('a/one', 'x.example') +
            entry('a/two', 'x.example', ', location: MESH_INTERNAL, exportTo: ["*", b]', 81),
        ),
      ),
    ).toEqual(['x.example.a:80']);
  });

  it('include what VirtualServices lead to, if only with those ports', () => {
    const narrow = sidecar('shop/s', 'egress: [{hosts: ["./*"]}]');
    const lead = virtualService(
      'shop/v',
      'hosts: [cart], http: [{route: [{destination: {host: ledger.pay.svc.cluster.local}}]}, {match: [{sourceNamespace: other}], route: [{destination: {host: audit.pay.svc.cluster.local}}]}]',
    );
    expect(names(scopeOf(all + narrow + lead))).toEqual(['cart.shop:80,81', 'ledger.pay:80']);
    const port = virtualService(
      'shop/v',
      'hosts: [cart], tcp: [{route: [{destination: {host: cart.far.svc.cluster.local, port: {number: 81}}}]}]',
    );
    expect(names(scopeOf(service('far/cart', two) + narrow + port))).toEqual(['cart.far:81']);
  });

  it('take a destination of several namespaces from the first, from 1.30 on from the oldest', () => {
    const lead = virtualService('shop/v', 'hosts: [v], http: [{route: [{destination: {host: x.example}}]}]');
    const narrow = sidecar('shop/s', 'egress: [{hosts: ["./*"]}]');
    const yaml = entry('b/two', 'x.example') + entry('a/one', 'x.example') + lead + narrow;
    expect(names(scopeOf(yaml, {}, { version: '1.29.0' }))).toEqual(['x.example.a:80']);
    expect(names(scopeOf(yaml, {}, { version: '1.32.0' }))).toEqual(['x.example.b:80']);
  });

  it('of a gateway are all that are visible, a Kubernetes Service before others of its name', () => {
    const squatted = entry('a/squat', 'cart.pay.svc.cluster.local') + service('pay/cart') + service('b/x');
    expect(names(scopeOf(squatted, {}, {}, true))).toEqual(['cart.pay:80', 'x.b:80']);
  });
});

describe('an egress listener', () => {
  it('imports the VirtualServices whose hosts overlap with its own', () => {
    const listed = (hosts: string) =>
      scopeOf(
        virtualService('shop/wide', 'hosts: ["*.example"]') +
          virtualService('shop/exact', 'hosts: [a.example]') +
          virtualService('pay/other', 'hosts: [b.example]') +
          sidecar('shop/s', `egress: [{hosts: ${hosts}}]`),
      ).egressListeners[0]?.virtualServices.map(({ name }) => name);
    expect(listed('["./a.example"]')).toEqual(['wide', 'exact']);
    expect(listed('["*/*"]')).toEqual(['wide', 'exact', 'other']);
    expect(listed('["./b.example"]')).toEqual(['wide']);
  });

  it('finds the VirtualService of the most specific host, the oldest of equals', () => {
    const scope = scopeOf(
      virtualService('shop/wide', 'hosts: ["*.example"]') +
        virtualService('shop/exact', 'hosts: [a.example]') +
        virtualService('shop/later', 'hosts: [a.example]'),
    );
    const [listener] = scope.egressListeners;
    expect(listener?.mostSpecificVirtualService('a.example')?.name).toBe('exact');
    expect(listener?.mostSpecificVirtualService('b.example')?.name).toBe('wide');
    expect(listener?.mostSpecificVirtualService('b.org')).toBeUndefined();
  });

  it('keeps its port, bind and capture mode', () => {
    const [listener] = scopeOf(
      sidecar(
        'shop/s',
        'egress: [{port: {number: 0, protocol: HTTP, name: uds}, bind: "unix:///run/a", captureMode: NONE, hosts: ["./*"]}]',
      ),
    ).egressListeners;
    expect(listener).toMatchObject({
      port: { number: 0, protocol: 'HTTP', name: 'uds' },
      bind: 'unix:///run/a',
      captureMode: 'NONE',
    });
  });
});

describe('the outbound traffic policy of a scope', () => {
  it("is the Sidecar's, else the mesh's", () => {
    const mesh = { outboundTrafficPolicy: { mode: 'ALLOW_ANY' } };
    const policy = (spec: string) =>
      scopeOf(spec === '' ? '' : sidecar('shop/s', spec), {}, { mesh }).outboundTrafficPolicy.mode;
    expect(policy('')).toBe('ALLOW_ANY');
    expect(policy('egress: [{hosts: ["*/*"]}]')).toBe('ALLOW_ANY');
    // The zero value of the field.
    expect(policy('outboundTrafficPolicy: {}')).toBe('REGISTRY_ONLY');
    expect(policy('outboundTrafficPolicy: {mode: ALLOW_ANY}')).toBe('ALLOW_ANY');
  });
});
