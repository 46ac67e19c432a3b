import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { placeOf } from '../../../src/model/provenance.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

const policy = (name: string, target: string, hostname = 'a.example', more = '') => `---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: ${name}, namespace: shop, creationTimestamp: "2026-01-01T00:00:0${name.length}Z"}
spec: {targetRefs: [${target}], validation: {hostname: ${hostname}${more}}}
`;

const service = `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443}, {name: alt, port: 8443}]}
`;

const toCart = '{group: "", kind: Service, name: cart}';
const toPort = '{group: "", kind: Service, name: cart, sectionName: alt}';

function ruleFor(yaml: string, version = '1.29.0') {
  const registry = meshOf(service + podYaml('shop/c') + yaml, { version });
  const scope = registry.sidecarScope(proxyOf(registry, 'shop/c'));
  return scope.destinationRule({ hostname: 'cart.shop.svc.cluster.local', namespace: 'shop' })?.spec['trafficPolicy'] as
    | JsonObject
    | undefined;
}

describe('a BackendTLSPolicy', () => {
  it('makes TLS towards its targets', () => {
    const names = ', subjectAltNames: [{type: Hostname, hostname: b.example}, {type: URI, uri: "spiffe://x"}]';
    const ca = ', caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]';
    const found = ruleFor(policy('p', toCart, 'a.example', names + ca));
    expect(found).toEqual({
      tls: {
        mode: 'SIMPLE',
        sni: 'a.example',
        subjectAltNames: ['b.example', 'spiffe://x'],
        credentialName: 'configmap://shop/ca',
      },
    });
    expect(placeOf(found?.['tls'] as object)).toMatchObject({
      resource: { kind: 'BackendTLSPolicy' },
      path: ['spec', 'validation'],
    });
  });

  it('may be for one port, and trust the system', () => {
    expect(ruleFor(policy('p', toPort, 'a.example', ', wellKnownCACertificates: System'))).toEqual({
      portLevelSettings: [{ port: { number: 8443 }, tls: { mode: 'SIMPLE', sni: 'a.example' } }],
    });
    expect(ruleFor(policy('p', toPort.replace('alt', 'none')))).toBeUndefined();
  });

  it('keeps traffic out with a certificate of an unknown kind', () => {
    const found = ruleFor(
      policy('p', toCart, 'a.example', ', caCertificateRefs: [{group: "", kind: Secret, name: ca}]'),
    );
    expect(found?.['tls']).toMatchObject({ credentialName: 'invalid://' });
  });

  it('counts where it is the oldest for its target', () => {
    expect(ruleFor(policy('pp', toCart, 'b.example') + policy('p', toCart))?.['tls']).toMatchObject({
      sni: 'a.example',
    });
  });

  it('gives way to a DestinationRule field by field from 1.30 on, and wins whole before', () => {
    const rule = `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: own, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {host: cart, trafficPolicy: {connectionPool: {}, portLevelSettings: [{port: {number: 8443}, loadBalancer: {simple: RANDOM}}]}}
`;
    const yaml = rule + policy('p', toCart) + policy('pp', toPort);
    expect(ruleFor(yaml, '1.29.0')).not.toHaveProperty('connectionPool');
    expect(ruleFor(yaml, '1.32.0')).toMatchObject({
      connectionPool: {},
      tls: { sni: 'a.example' },
      portLevelSettings: [{ port: { number: 8443 }, loadBalancer: { simple: 'RANDOM' }, tls: { sni: 'a.example' } }],
    });
  });
});
