import { describe, expect, it } from 'vitest';
import { findingsIn } from '../support/rules.ts';

const workload = (own: string, template: string, labels = 'app: orders', container = '', pod = ''): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop, annotations: {${own}}}
spec:
  template:
    metadata: {labels: {${labels}}, annotations: {${template}}}
    spec: {containers: [{name: orders, image: orders${container}}]${pod}}
`;
const service = (annotations: string, ports: string, selector = 'app: cart'): string => `---
apiVersion: v1
kind: Service
metadata: {name: more, namespace: shop, annotations: {${annotations}}, creationTimestamp: "2024-01-01T00:00:00Z"}
spec: {selector: {${selector}}, clusterIP: 10.96.0.70, clusterIPs: [10.96.0.70], ports: [${ports}]}
`;
const http = '{name: http, port: 80, targetPort: 8080}';
const ours = ['MESH0172', 'MESH0233', 'MESH0234', 'MESH0235', 'MESH0236'];
const told = (yaml: string) =>
  findingsIn(yaml, { infos: true })
    .filter(({ code }) => ours.includes(code))
    .map(({ code, severity, field, fix }) => `${code} ${severity} ${field}: ${fix}`);
const inTemplate = (name: string) => `spec.template.metadata.annotations["${name}"]`;

describe('an annotation', () => {
  it('that is misspelt is told with the name that it is like', () => {
    for (const [wrong, right] of [
      ['traffic.sidecar.istio.io/excludeInboundPort', 'traffic.sidecar.istio.io/excludeInboundPorts'],
      ['sidecar.istio.io/excludeInboundPorts', 'traffic.sidecar.istio.io/excludeInboundPorts'],
      ['sidecar.istio.io/proxyCpu', 'sidecar.istio.io/proxyCPU'],
      ['proxy.istio.io/confg', 'proxy.istio.io/config'],
      ['sidecar.istio/rewriteAppHTTPProbers', 'sidecar.istio.io/rewriteAppHTTPProbers'],
    ] as const)
      expect(told(workload('', `${wrong}: "1"`))).toEqual([
        `MESH0233 warning ${inTemplate(wrong)}: did you mean ${right}?`,
      ]);
  });

  it('that stands where it does not count is told with where it does', () => {
    const name = 'traffic.sidecar.istio.io/excludeOutboundPorts';
    const place = `metadata.annotations.${name}`;
    expect(told(workload(`${name}: "1"`, ''))).toEqual([
      `MESH0233 warning ${place}: write it below spec.template.metadata.annotations.`,
    ]);
    expect(told(workload(`${name}: "1"`, `${name}: "1"`))).toEqual([]);
    expect(told(service(`${name}: "1"`, http))).toEqual([`MESH0233 warning ${place}: write it on pods.`]);
    expect(told(workload('', '', `app: orders, ${name}: "1"`))).toEqual([
      `MESH0233 warning spec.template.metadata.labels["${name}"]: write it below annotations.`,
    ]);
    expect(told(workload('', 'networking.istio.io/exportTo: "."'))).toEqual([
      `MESH0233 warning ${inTemplate('networking.istio.io/exportTo')}: write it on Services.`,
    ]);
  });

  it("is left alone where it counts, is another tool's, or is like none", () => {
    const fine =
      'proxy.istio.io/config: "{}", sidecar.istio.io/proxyCPU: 100m, prometheus.io/port: "1", example.com/istio: x, sidecar.istio.io/somethingOfOurOwn: x, galley.istio.io/analyze-suppress: IST0001';
    expect(told(workload('deployment.kubernetes.io/revision: "1"', fine))).toEqual([]);
    expect(told(workload('', '', 'app: orders, sidecar.istio.io/inject: "true", istio.io/rev: a'))).toEqual([]);
    expect(told(service('networking.istio.io/exportTo: "."', http))).toEqual([]);
  });

  it('that is deprecated is a note, not beside its label', () => {
    expect(told(workload('', 'sidecar.istio.io/inject: "true"'))).toEqual([
      `MESH0172 info ${inTemplate('sidecar.istio.io/inject')}: write the label sidecar.istio.io/inject.`,
    ]);
    const label = 'app: orders, sidecar.istio.io/inject: "true"';
    expect(told(workload('', 'sidecar.istio.io/inject: "true"', label))).toEqual([]);
  });

  it.each([
    [
      'traffic.sidecar.istio.io/excludeOutboundIPRanges',
      ['10.0.0.1', '10.0.0.0/8, 10.1.0.0/16', '*'],
      ['10.0.0.0/8,fd00::/8', ''],
    ],
    ['traffic.sidecar.istio.io/includeOutboundIPRanges', ['10.0.0.300/8'], ['*', '10.0.0.0/8']],
    ['traffic.sidecar.istio.io/excludeInboundPorts', ['http', '70000', '*', '1;2'], ['1, 2', '']],
    ['sidecar.istio.io/interceptionMode', ['redirect'], ['TPROXY', 'NONE']],
    ['sidecar.istio.io/proxyCPU', ['100 m', 'much'], ['100m', '0.5', '1e3']],
    ['sidecar.istio.io/proxyMemoryLimit', ['1GB'], ['1Gi', '128M']],
    ['prometheus.istio.io/merge-metrics', ['yes'], ['false']],
    ['readiness.status.sidecar.istio.io/periodSeconds', ['1s', '-1'], ['5']],
  ])('%s is held to what the injector takes', (name, wrong, right) => {
    const codesOf = (value: string) => told(workload('', `${name}: "${value}"`)).map((it) => it.split(':')[0]);
    for (const value of wrong) expect(codesOf(value)).toEqual([`MESH0234 error ${inTemplate(name)}`]);
    for (const value of right) expect(codesOf(value)).toEqual([]);
  });

  it('is held to nothing on a workload whose pods run without a sidecar', () => {
    const bare = `---
apiVersion: v1
kind: Pod
metadata: {name: orders-1, namespace: shop, labels: {app: orders}}
spec: {containers: [{name: orders, image: orders}]}
`;
    const wrong = workload('', 'sidecar.istio.io/proxyCPU: much');
    expect(told(wrong)).toHaveLength(1);
    expect(told(wrong + bare)).toEqual([]);
  });
});

describe('a container with the user of the sidecar', () => {
  const cart = 'app: cart, version: v1';
  const context = (text: string) => `, securityContext: {${text}}`;

  it('is told, by its own settings or those of the pod', () => {
    const place = 'spec.template.spec';
    const fix = 'run it as another user and group.';
    expect(told(workload('', '', cart, context('runAsUser: 1337')))).toEqual([
      `MESH0235 warning ${place}.containers[0].securityContext.runAsUser: ${fix}`,
    ]);
    expect(told(workload('', '', cart, context('runAsGroup: 1337, runAsUser: 1')))).toEqual([
      `MESH0235 warning ${place}.containers[0].securityContext.runAsGroup: ${fix}`,
    ]);
    expect(told(workload('', '', cart, '', context('runAsUser: 1337')))).toEqual([
      `MESH0235 warning ${place}.securityContext.runAsUser: ${fix}`,
    ]);
  });

  it('is not told of others, and not of pods without a sidecar', () => {
    expect(told(workload('', '', cart, context('runAsUser: 1000')))).toEqual([]);
    expect(told(workload('', '', cart, context('runAsUser: 1000'), context('runAsUser: 1337')))).toEqual([]);
    expect(told(workload('', '', 'app: orders', context('runAsUser: 1337')))).toEqual([]);
  });
});

describe('a targetPort by name', () => {
  const pod = `---
apiVersion: v1
kind: Pod
metadata: {name: orders-1, namespace: shop, labels: {app: orders}}
spec: {containers: [{name: orders, image: orders, ports: [{name: web, containerPort: 80}, {name: dns, containerPort: 53, protocol: UDP}]}]}
`;
  const ports = (target: string) => service('', `{name: http, port: 80, targetPort: ${target}}`, 'app: orders');
  it('must be the name of a port of the pods', () => {
    expect(told(pod + ports('http'))).toEqual(['MESH0236 error spec.ports[0].targetPort: write web.']);
    expect(told(pod + ports('dns'))).toEqual(['MESH0236 error spec.ports[0].targetPort: write web.']);
    expect(told(pod + ports('web'))).toEqual([]);
    expect(told(pod + ports('8080'))).toEqual([]);
    expect(told(ports('http'))).toEqual([]);
  });
});
