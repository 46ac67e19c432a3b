import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/model/provenance.ts';
import type { DestinationRule } from '../../src/registry/types.ts';
import { type MeshOptions, meshOf, podYaml, proxyOf } from '../support/mesh.ts';

let clock = 0;
const rule = (id: string, host: string, spec: string, created = clock++) => {
  const [namespace, name] = id.split('/');
  const time = String(created).padStart(2, '0');
  return `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:${time}Z"}
spec: {host: "${host}", ${spec}}
`;
};

const service = `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}
`;

const policy = (value: number) => `trafficPolicy: {connectionPool: {tcp: {maxConnections: ${value}}}}`;
const host = 'cart.shop.svc.cluster.local';

/** The rule for cart.shop that a client in a namespace has. */
function found(
  yaml: string,
  namespace = 'client',
  labels: Record<string, string> = {},
  options: MeshOptions = {},
): DestinationRule | undefined {
  const registry = meshOf(service + podYaml(`${namespace}/c`, { labels }) + yaml, options);
  const scope = registry.sidecarScope(proxyOf(registry, `${namespace}/c`));
  return scope.destinationRule({ hostname: host, namespace: 'shop' });
}

const names = (result: DestinationRule | undefined) => result?.from.map(({ metadata }) => metadata.name);

describe('the DestinationRule for a service', () => {
  it("is the client's, then the service's, then the root's", () => {
    const [client, own, root] = [
      rule('client/client', host, policy(1)),
      rule('shop/own', 'cart', policy(2)),
      rule('istio-system/root', host, policy(3)),
    ];
    expect(names(found(root + own + client))).toEqual(['client']);
    expect(names(found(root + own))).toEqual(['own']);
    expect(names(found(root))).toEqual(['root']);
    expect(found('')).toBeUndefined();
  });

  it('is that of the most specific host alone', () => {
    const wide = rule('client/wide', '*.svc.cluster.local', policy(1));
    const narrow = rule('client/narrow', '*.shop.svc.cluster.local', 'trafficPolicy: {}');
    expect(found(wide + narrow)?.spec['trafficPolicy']).toEqual({});
  });

  it('of the root namespace counts there only where it is private', () => {
    const open = rule('istio-system/open', '*.local', policy(1));
    const own = rule('shop/own', host, policy(2));
    expect(names(found(open + own, 'istio-system'))).toEqual(['own']);
    const hidden = rule('istio-system/hidden', '*.local', `${policy(1)}, exportTo: ["."]`);
    expect(names(found(hidden + own, 'istio-system'))).toEqual(['hidden']);
  });

  it('must be exported to the client', () => {
    const closed = rule('shop/closed', host, `${policy(1)}, exportTo: ["."]`);
    const elsewhere = rule('shop/elsewhere', host, `${policy(1)}, exportTo: [other]`);
    const root = rule('istio-system/root', host, policy(2));
    expect(names(found(closed + elsewhere + root))).toEqual(['root']);
    expect(names(found(elsewhere, 'other'))).toEqual(['elsewhere']);
    const mesh = { defaultDestinationRuleExportTo: ['.'] };
    expect(found(rule('shop/own', host, policy(1)), 'client', {}, { mesh })).toBeUndefined();
  });

  it('is merged of several: subsets by name, the first traffic policy', () => {
    const merged = found(
      rule('shop/a', host, 'subsets: [{name: v1, labels: {v: a}}]') +
        rule('shop/b', host, `${policy(2)}, subsets: [{name: v1, labels: {v: b}}, {name: v2}]`) +
        rule('shop/c', host, policy(3)),
    );
    expect(names(merged)).toEqual(['a', 'b', 'c']);
    expect(merged?.spec).toMatchObject({
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 2 } } },
      subsets: [{ name: 'v1', labels: { v: 'a' } }, { name: 'v2' }],
    });
    const [, second] = merged?.spec['subsets'] as object[];
    expect(placeOf(second as object)?.resource.metadata.name).toBe('b');
    expect(placeOf(second as object)?.path).toEqual(['spec', 'subsets', 1]);
  });

  it('stays apart where exportTo differs, and the last one visible wins', () => {
    const apart = rule('shop/a', host, `${policy(1)}, exportTo: [client]`) + rule('shop/b', host, policy(2));
    expect(names(found(apart))).toEqual(['b']);
    const environment = { ENABLE_ENHANCED_DESTINATIONRULE_MERGE: 'false' };
    expect(names(found(apart, 'client', {}, { environment }))).toEqual(['a', 'b']);
  });

  it('joins a wider rule into a narrower one that it covers, where it is then lost to others', () => {
    const both =
      rule('shop/a', host, 'exportTo: [client], subsets: [{name: v1}]') +
      rule('shop/b', host, 'exportTo: [client, other], subsets: [{name: v2}]');
    expect(names(found(both, 'client'))).toEqual(['a', 'b']);
    expect(found(both, 'other')).toBeUndefined();
  });

  it('may be for some workloads of its namespace', () => {
    const some = rule('client/some', host, `${policy(1)}, workloadSelector: {matchLabels: {app: c}}`);
    const all = rule('client/all', host, policy(2));
    expect(names(found(all + some, 'client', { app: 'c' }))).toEqual(['some']);
    expect(names(found(all + some, 'client', { app: 'd' }))).toEqual(['all']);
    const ofService = some.replace('namespace: client', 'namespace: shop');
    expect(found(ofService, 'client', { app: 'c' })).toBeUndefined();
  });

  it('does not look at workloads for inbound config', () => {
    const some = rule('shop/some', 'cart', `${policy(1)}, workloadSelector: {matchLabels: {app: cart}}`);
    const registry = meshOf(service + podYaml('shop/c', { labels: { app: 'cart' } }) + some);
    const scope = registry.sidecarScope(proxyOf(registry, 'shop/c'));
    const target = { hostname: host, namespace: 'shop' };
    expect(names(scope.destinationRule(target))).toEqual(['some']);
    expect(scope.inboundDestinationRule(target)).toBeUndefined();
  });
});
