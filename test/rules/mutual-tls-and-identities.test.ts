import { describe, expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn, told } from '../support/rules.ts';

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

  it('tells TLS without a certificate of the mesh', () => {
    const simple = rule('cart', '{host: cart, trafficPolicy: {tls: {mode: SIMPLE}}}');
    const place = 'MESH0227 DestinationRule shop/cart spec.trafficPolicy.tls.mode';
    expect(told(findingsIn(simple))).toEqual([place]);
    expect(told(findingsIn(strict + simple))).toEqual([place]);
    const certificates = '{mode: MUTUAL, clientCertificate: /a, privateKey: /b, caCertificates: /c}';
    expect(findingsIn(strict + rule('cart', `{host: cart, trafficPolicy: {tls: ${certificates}}}`))).toEqual([]);
  });

  it('is silent for a gateway that passes on what its clients have encrypted', () => {
    const passing = manifest(
      'Gateway',
      'east-west',
      '{selector: {istio: ingress}, servers: [{port: {number: 15443, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ["*.local"]}]}',
    );
    expect(findingsIn(strict + passing)).toEqual([]);
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
    // Its limits are lost whatever becomes of TLS.
    const limited = wildcard.replace('{tls:', '{outlierDetection: {consecutive5xxErrors: 3}, tls:');
    expect(
      findingsIn(limited + pool, { infos: true })
        .filter(({ code }) => code === 'MESH0112')
        .map((it) => `${it.severity} ${it.proxies.length}`),
    ).toEqual(['warning 4']);
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

  it.each(['cluster.local/ns/shop/sa/default', '*', '*/sa/default', 'cluster.local/ns/shop/*'])(
    'takes %s for somebody',
    (principal) => {
      expect(findingsIn(naming(principal))).toEqual([]);
    },
  );

  it('knows the trust domains that sidecars take clients of', () => {
    const other = naming('other.domain/ns/x/sa/y');
    expect(told(findingsIn(other))).toEqual([`MESH0140 ${field}[0]`]);
    expect(findingsIn(other, { mesh: { caCertificates: [{ trustDomains: ['other.domain'] }] } })).toEqual([]);
    expect(told(findingsIn(other, { mesh: { trustDomainAliases: ['other.domain'] } }))).toEqual([
      `MESH0140 ${field}[0]`,
    ]);
    expect(
      findingsIn(naming('other.domain/ns/shop/sa/default'), { mesh: { trustDomainAliases: ['other.domain'] } }),
    ).toEqual([]);
  });

  it('tells identities that are asked for where mutual TLS is off', () => {
    const off = policy('PeerAuthentication', '{selector: {matchLabels: {app: cart}}, mtls: {mode: DISABLE}}');
    expect(told(findingsIn(off + naming('cluster.local/ns/shop/sa/default')))).toEqual([`MESH0141 ${field}`]);
  });

  it('judges a rule for ports on those ports alone', () => {
    const off = policy(
      'PeerAuthentication',
      '{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {"8080": {mode: DISABLE}}}',
    );
    const on = (port: string): string =>
      policy(
        'AuthorizationPolicy',
        `{selector: {matchLabels: {app: cart}}, rules: [{from: [{source: {namespaces: [shop]}}], to: [{operation: {ports: ["${port}"]}}]}]}`,
      );
    const admin = `---
{apiVersion: v1, kind: Service, metadata: {name: admin, namespace: shop}, spec: {selector: {app: cart}, clusterIP: 10.96.0.81, ports: [{name: http, port: 9000}]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: admin, namespace: shop, labels: {kubernetes.io/service-name: admin}}, addressType: IPv4, ports: [{name: http, port: 9000}], endpoints: [{addresses: [10.0.0.10], conditions: {ready: true}, targetRef: {kind: Pod, name: cart-v1, namespace: shop}}, {addresses: [10.0.0.11], conditions: {ready: true}, targetRef: {kind: Pod, name: cart-v2, namespace: shop}}]}
`;
    const place = 'MESH0141 AuthorizationPolicy shop/cart spec.rules[0].from[0].source.namespaces';
    expect(told(findingsIn(off + on('8080'), { extra: admin }))).toEqual([place]);
    expect(findingsIn(off + on('9000'), { extra: admin })).toEqual([]);
    expect(findingsIn(off + on('7777'), { extra: admin })).toEqual([]);
  });

  it('takes a workload that is scaled to zero for no mistake', () => {
    const extra =
      '---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: chart, namespace: shop}, spec: {replicas: 0, template: {metadata: {labels: {app: chart}}}}}\n';
    const idle = policy('AuthorizationPolicy', '{selector: {matchLabels: {app: chart}}}');
    expect(findingsIn(idle, { extra })).toEqual([]);
  });

  it('tells a policy that selects no pod', () => {
    expect(told(findingsIn(policy('AuthorizationPolicy', '{selector: {matchLabels: {app: chart}}}')))).toEqual([
      'MESH0142 AuthorizationPolicy shop/cart spec.selector.matchLabels',
    ]);
  });
});
