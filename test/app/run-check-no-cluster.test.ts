import { describe, expect, it } from 'vitest';
import { runCheck } from '../../src/app/run-check.ts';
import type { Report } from '../../src/model/report.ts';
import { makeRepository } from '../support/git-repository.ts';
import { manifest } from '../support/manifests.ts';

async function check(...yaml: string[]): Promise<Report> {
  const { directory, commit } = makeRepository({});
  commit({ 'mesh.yaml': yaml.join('') });
  const flags = { git: directory, 'no-cluster': true };
  return (await runCheck(flags, 'test', AbortSignal.timeout(60_000))).report;
}

const told = ({ findings }: Report): string[] =>
  findings.map(({ severity, code, resource, field }) => `${severity} ${code} ${resource} ${field}`);

const routes = (...destinations: string[]): string =>
  manifest(
    'VirtualService',
    'cart',
    `{hosts: [cart, shop.example], gateways: [mesh, edge/public], http: [{route: [${destinations
      .map((destination) => `{destination: ${destination}, weight: ${100 / destinations.length}}`)
      .join(', ')}]}]}`,
  );

describe('check of a repository alone', () => {
  it('takes what is named and not held to exist, and lists it', async () => {
    const report = await check(
      routes('{host: cart, subset: v1, port: {number: 8080}}', '{host: pay.money.svc.cluster.local}'),
      manifest('DestinationRule', 'stock', '{host: stock, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'),
    );
    expect(told(report)).toEqual([]);
    expect(report.diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'info',
        'named here, not in the repository, and taken to exist: Service shop/stock, Service shop/cart, ' +
          'Service money/pay, DestinationRule shop/cart-assumed, Gateway edge/public',
      ],
    ]);
    expect(report.proxies.map(({ id }) => id)).toEqual(['shop/cart-v1', 'edge/gateway-ingressgateway', 'shop/stock']);
  });

  it('gives pods names that pods can have', async () => {
    const subsets = '[{name: a/b, labels: {version: v1}}]';
    const report = await check(manifest('DestinationRule', 'cart', `{host: cart, subsets: ${subsets}}`));
    expect(report.proxies.map(({ id }) => id)).toEqual(['shop/cart-a-b']);
  });

  it('tells what the repository itself shows to be wrong', async () => {
    const rule = manifest('DestinationRule', 'cart', '{host: cart, subsets: [{name: v1, labels: {version: v1}}]}');
    const report = await check(rule, routes('{host: cart, subset: v2}'));
    expect(told(report)).toEqual(['error MESH0103 VirtualService shop/cart spec.http[0].route[0].destination.subset']);
  });

  it('makes a note of what another repository may hold', async () => {
    const policy = manifest('AuthorizationPolicy', 'pay', '{selector: {matchLabels: {app: pay}}, rules: [{}]}');
    const patch = '{applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: MERGE, value: {}}}';
    const filter = manifest(
      'EnvoyFilter',
      'pay',
      `{workloadSelector: {labels: {app: pay}}, configPatches: [${patch}]}`,
    );
    const report = await check(policy, filter, routes('{host: cart}'));
    expect(told(report)).toEqual([
      'info MESH0142 AuthorizationPolicy shop/pay spec.selector.matchLabels',
      'info MESH0022 EnvoyFilter shop/pay spec.workloadSelector.labels',
    ]);
    expect(report.findings[0]?.message).toContain('as far as this repository shows');
  });

  it('does not miss a Gateway that routes of the Gateway API name', async () => {
    const route = manifest(
      'HTTPRoute',
      'www',
      '{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: cart, port: 80}]}]}',
    );
    const report = await check(route.replace('networking.istio.io/v1', 'gateway.networking.k8s.io/v1'));
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('compiles nothing that the API server refuses, however malformed', async () => {
    const report = await check(
      routes('{host: cart}'),
      manifest('RequestAuthentication', 'jwt', '{jwtRules: [null, {issuer: a.example}]}'),
      manifest('VirtualService', 'odd', '{hosts: cart, http: [{route: [null]}]}'),
    );
    expect(told(report)).toEqual([
      'error MESH0171 RequestAuthentication shop/jwt spec.jwtRules[0]',
      'error MESH0171 VirtualService shop/odd spec.hosts',
      'error MESH0171 VirtualService shop/odd spec.http[0].route[0]',
    ]);
  });

  it('gives no sidecar to a workload that declines it, and lets a Gateway have its own pods', async () => {
    const workload = (name: string, labels: string): string =>
      `${manifest('Deployment', name, `{template: {metadata: {labels: {app: ${name}, ${labels}}}, spec: {containers: []}}}`)}---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80}]}
`;
    const report = await check(
      workload('plain', '"sidecar.istio.io/inject": "false"'),
      workload('edge', 'istio: edge'),
      workload('cart', 'x: y'),
      manifest('Gateway', 'edge', '{selector: {istio: edge}, servers: []}'),
    );
    expect(report.proxies.map(({ id, type }) => [id, type])).toEqual([
      ['shop/cart', 'sidecar'],
      ['shop/edge', 'router'],
    ]);
  });
});
