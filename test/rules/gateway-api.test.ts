import { describe, expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

const api = (kind: string, name: string, namespace: string, spec: string, version = 'v1'): string => `---
apiVersion: gateway.networking.k8s.io/${version}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
const edge = `---
apiVersion: v1
kind: Service
metadata: {name: edge, namespace: edge, creationTimestamp: "2024-01-01T00:00:00Z"}
spec: {selector: {istio: ingress}, clusterIP: 10.96.0.99, clusterIPs: [10.96.0.99], ports: [{name: http, port: 80, targetPort: 8080}, {name: tls, port: 443, targetPort: 8443}]}
`;
const namespaces = ['edge', 'shop', 'pay']
  .map((name) => `---\n{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {team: ${name}}}}\n`)
  .join('');
const gateway = (listeners: string, rest = '', name = 'public'): string =>
  api(
    'Gateway',
    name,
    'edge',
    `{gatewayClassName: istio, addresses: [{type: Hostname, value: edge.edge.svc.cluster.local}], listeners: [${listeners}]${rest}}`,
  );
const grant = (from: string, to: string, namespace = 'shop'): string =>
  api('ReferenceGrant', 'grant', namespace, `{from: [${from}], to: [${to}]}`, 'v1beta1');
const ofGateways = '{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}';
const web = '{name: web, port: 80, protocol: HTTP}';
const codes = ['MESH0113', 'MESH0229', 'MESH0230', 'MESH0231', 'MESH0232'];
const told = (yaml: string, options: Parameters<typeof findingsIn>[1] = {}) =>
  findingsIn(edge + namespaces + yaml, options)
    .filter(({ code }) => codes.includes(code))
    .map(({ code, severity, resource, field }) => `${code} ${severity} ${resource} ${field}`);

describe('certificates of another namespace', () => {
  it('keep the listener from being served without a grant, where it has no other one', () => {
    const tls = (certificates: string, more = '') =>
      gateway(
        `{name: tls, port: 443, protocol: HTTPS, hostname: a.example, tls: {certificateRefs: [${certificates}]${more}}}`,
      );
    const foreign = '{name: cert, namespace: shop}';
    const place = 'MESH0229 error Gateway edge/public spec.listeners[0].tls.certificateRefs';
    expect(told(tls(foreign))).toEqual([`${place}[0].namespace`]);
    expect(told(tls(`{name: own}, ${foreign}`))).toEqual([`${place}[1].namespace`]);
    expect(told(tls('{name: own}'))).toEqual([]);
    expect(told(tls(foreign, ', options: {gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL}'))).toEqual([]);
    for (const to of ['{group: "", kind: Secret, name: cert}', '{group: "", kind: Secret}'])
      expect(told(tls(foreign) + grant(ofGateways, to))).toEqual([]);
    for (const other of [
      grant(ofGateways, '{group: "", kind: Secret, name: other}'),
      grant(ofGateways, '{group: "", kind: Secret}', 'pay'),
      grant(ofGateways, '{group: "", kind: ConfigMap}'),
      grant(ofGateways.replace('edge', 'shop'), '{group: "", kind: Secret}'),
      grant(ofGateways.replace('Gateway', 'HTTPRoute'), '{group: "", kind: Secret}'),
    ])
      expect(told(tls(foreign) + other)).toEqual([`${place}[0].namespace`]);
    const other = tls(foreign).replace('gatewayClassName: istio', 'gatewayClassName: nginx');
    expect(told(other)).toEqual([]);
  });
});

describe('kinds of routes', () => {
  const route = (parents: string, kind = 'HTTPRoute'): string =>
    api(kind, 'www', 'shop', `{parentRefs: [${parents}], rules: [{backendRefs: [{name: cart, port: 8080}]}]}`);
  const listener = (name: string, rest = ''): string =>
    `{name: ${name}, port: 80, protocol: HTTP, hostname: ${name}.example, allowedRoutes: {namespaces: {from: All}${rest}}}`;
  const parent = '{name: public, namespace: edge}';

  it('are those of the protocol, or those that are allowed', () => {
    const grpc = listener('grpc', ', kinds: [{kind: GRPCRoute}]');
    expect(told(gateway(grpc) + route(parent))).toEqual(['MESH0231 error HTTPRoute shop/www spec.parentRefs[0]']);
    expect(told(gateway(grpc) + route(parent, 'GRPCRoute'))).toEqual([]);
    expect(told(gateway(listener('web')) + route(parent))).toEqual([]);
    expect(told(gateway(listener('web')) + route(parent, 'TCPRoute'))).toEqual([
      'MESH0231 error TCPRoute shop/www spec.parentRefs[0]',
    ]);
    expect(told(gateway(`${grpc}, ${listener('web')}`) + route(parent))).toEqual([]);
    expect(told(route('{group: "", kind: Service, name: cart}'))).toEqual([]);
    // The other listener's hostname is what keeps it out.
    const named = route(parent).replace('rules:', 'hostnames: [grpc.example], rules:');
    expect(told(gateway(`${grpc}, ${listener('web')}`) + named)).toEqual([]);
  });

  it('are a warning where another parent takes the route', () => {
    const two = `${listener('grpc', ', kinds: [{kind: GRPCRoute}]')}, ${listener('web')}`;
    const named = (section: string) => `{name: public, namespace: edge, sectionName: ${section}}`;
    expect(told(gateway(two) + route(`${named('web')}, ${named('grpc')}`))).toEqual([
      'MESH0231 warning HTTPRoute shop/www spec.parentRefs[1]',
    ]);
  });
});

describe('listeners', () => {
  it.each([
    ['UDP', '{name: dns, port: 80, protocol: UDP}', '1.29.0', 'protocol'],
    ['a protocol in small letters', '{name: web, port: 80, protocol: http}', '1.32.0', 'protocol'],
    ['TCP in 1.29', '{name: raw, port: 80, protocol: TCP}', '1.29.0', 'protocol'],
    [
      'three certificates',
      '{name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: a}, {name: b}, {name: c}]}}',
      '1.29.0',
      'tls.certificateRefs',
    ],
    [
      'a certificate of another kind',
      '{name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{kind: ConfigMap, name: a}]}}',
      '1.29.0',
      'tls.certificateRefs[0].kind',
    ],
    ['a port that the Service has not got', '{name: web, port: 81, protocol: HTTP}', '1.29.0', 'port'],
  ])('are not served with %s', (_, listener, version, place) => {
    expect(told(gateway(listener), { version })).toEqual([
      `MESH0232 error Gateway edge/public spec.listeners[0].${place}`,
    ]);
  });

  it('are served otherwise', () => {
    expect(told(gateway(web))).toEqual([]);
    expect(told(gateway('{name: raw, port: 80, protocol: TCP}'), { version: '1.32.0' })).toEqual([]);
    expect(
      told(gateway('{name: raw, port: 80, protocol: TCP}'), {
        environment: { PILOT_ENABLE_ALPHA_GATEWAY_API: 'true' },
      }),
    ).toEqual([]);
    const place = '{name: tls, port: 443, protocol: HTTPS}';
    expect(told(gateway(place, ', allowedListeners: {namespaces: {from: Same}}'), { version: '1.32.0' })).toEqual([]);
    const managed = gateway('{name: web, port: 81, protocol: HTTP}').replace(/addresses: \[[^\]]*\], /, '');
    expect(told(managed)).toEqual([]);
    expect(told(gateway('{name: dns, port: 80, protocol: UDP}').replace('Name: istio', 'Name: nginx'))).toEqual([]);
  });

  it('clash with one of the same port of another protocol, and with the TLS host of another Gateway', () => {
    const raw = `${web}, {name: raw, port: 80, protocol: TCP}`;
    expect(told(gateway(raw), { version: '1.32.0' })).toEqual([
      'MESH0232 error Gateway edge/public spec.listeners[1].port',
    ]);
    const tls = '{name: tls, port: 443, protocol: HTTPS, hostname: a.example, tls: {certificateRefs: [{name: a}]}}';
    expect(told(gateway(tls) + gateway(tls, '', 'second'))).toEqual([
      'MESH0113 error Gateway edge/second spec.listeners[0].hostname',
    ]);
    expect(told(gateway(web) + gateway(web, '', 'second'))).toEqual([]);
  });
});

describe('a class', () => {
  const istios = api('GatewayClass', 'istio', '', '{controllerName: istio.io/gateway-controller}');
  const isto = gateway(web).replace('Name: istio', 'Name: isto');

  it('that does not exist is told where the classes are known', () => {
    expect(told(istios + isto)).toEqual(['MESH0230 error Gateway edge/public spec.gatewayClassName']);
    expect(told(isto)).toEqual([]);
    expect(told(istios + gateway(web))).toEqual([]);
    expect(told(istios + gateway(web).replace('Name: istio', 'Name: istio-waypoint'))).toEqual([]);
    const other = api('GatewayClass', 'isto', '', '{controllerName: example.com/other}');
    expect(told(istios + other + isto)).toEqual([]);
  });
});
