import { describe, expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import { overlay } from '../../../src/app/drift/overlay.ts';
import { findingsOf } from '../../../src/rules/index.ts';
import { refusedByIstiod } from '../../../src/rules/refused/index.ts';
import type { CompiledMesh } from '../../../src/rules/types.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf, type MeshOptions } from '../../support/mesh.ts';
import { hosts } from './cases/hosts.ts';
import { policies } from './cases/policies.ts';
import { routing } from './cases/routing.ts';

interface Options extends MeshOptions {
  /** What the API server has. */
  live?: string;
  name?: string;
}

function findings(kind: string, spec: string, { live, name = 'a', ...options }: Options = {}) {
  const input = inputOf(manifest(kind, name, spec), options);
  const accepted = live === undefined ? [] : inputOf(manifest(kind, name, live)).resources;
  return refusedByIstiod.find(compiledMesh({ ...input, accepted }, () => true));
}

function refused(kind: string, spec: string, options?: Options): string[] {
  return findings(kind, spec, options).flatMap(({ code, field }) => (code === 'MESH0174' ? [field] : []));
}

function warned(kind: string, spec: string, options?: Options): string[] {
  return findings(kind, spec, options).flatMap(({ code, severity, field }) =>
    code === 'MESH0179' ? [`${severity} ${field}`] : [],
  );
}

describe.each(Object.entries({ ...routing, ...hosts, ...policies }))(
  "istiod's webhook and %s",
  (kind, { refused: wrong, taken }) => {
    it.each(wrong)('refuses %s', (spec, ...places) => {
      expect(refused(kind, spec)).toEqual(places);
    });

    it.each(taken)('takes %s', (spec) => {
      expect(refused(kind, spec)).toEqual([]);
    });
  },
);

describe('what is refused', () => {
  const broken = '{hosts: ["*"], http: [{route: [{destination: {host: b}}]}]}';
  const former = '{hosts: [b], http: [{route: [{destination: {host: b}}]}]}';
  const meshOf = (spec: string, live?: string) => {
    const { resources, ...input } = inputOf(manifest('VirtualService', 'a', spec));
    const held = live === undefined ? [] : inputOf(manifest('VirtualService', 'a', live)).resources;
    return compiledMesh({ ...input, accepted: held, resources: overlay(held, resources) }, () => true, resources);
  };
  const hosts = (mesh: CompiledMesh) => mesh.registry.resources('VirtualService').map(({ spec }) => spec['hosts']);
  const effects = (mesh: CompiledMesh) => refusedByIstiod.find(mesh).map(({ effect }) => effect);

  it('is not there, or is as it was before', () => {
    expect(hosts(meshOf(former))).toEqual([['b']]);
    expect(hosts(meshOf(broken))).toEqual([]);
    expect(effects(meshOf(broken))).toEqual(["istiod's webhook refuses the object, so nothing of it is applied."]);
    expect(hosts(meshOf(broken, former))).toEqual([['b']]);
    expect(effects(meshOf(broken, former))).toEqual([
      "istiod's webhook refuses the object, so nothing of it is applied: the cluster keeps its former version.",
    ]);
  });

  it('is said to be refused by what names it', () => {
    const server = '{port: {number: 443, name: tls, protocol: TLS}, hosts: [a.example], tls: {mode: SIMPLE}}';
    const { resources, ...input } = inputOf(
      manifest('Gateway', 'g', `{selector: {istio: x}, servers: [${server}]}`) +
        manifest(
          'VirtualService',
          'a',
          '{hosts: [a.example], gateways: [g], http: [{route: [{destination: {host: b}}]}]}',
        ),
    );
    const mesh = compiledMesh({ ...input, accepted: [], resources: overlay([], resources) }, () => true, resources);
    const found = findingsOf(mesh).filter(({ code }) => code === 'MESH0106');
    expect(found.map(({ message, fix }) => [message, fix])).toEqual([
      [
        'VirtualService shop/a is bound to Gateway shop/g, which is refused and so does not exist',
        'correct the Gateway first.',
      ],
    ]);
  });

  it('is written nowhere where the former version stays', () => {
    const mesh = meshOf(broken, former);
    const [kept] = mesh.registry.resources('VirtualService');
    expect(kept && mesh.written(kept)).toBeUndefined();
  });

  it('stands where the API server has just that, applied before there was a webhook', () => {
    const mesh = meshOf(broken, broken);
    expect([hosts(mesh), effects(mesh)]).toEqual([[['*']], []]);
  });

  it('is compiled where a variable is filled in first', () => {
    const variable = ['$', '{HOST}'].join('');
    expect(hosts(meshOf(`{hosts: ["${variable}"], http: [{route: [{destination: {host: b}}]}]}`))).toEqual([
      [variable],
    ]);
  });
});

describe('what all objects share', () => {
  const spec = '{hosts: [a]}';

  it('is not refused where the API server has it already', () => {
    expect(refused('VirtualService', spec)).toEqual(['spec']);
    expect(refused('VirtualService', spec, { live: spec })).toEqual([]);
    expect(refused('VirtualService', spec, { live: '{hosts: [b]}' })).toEqual(['spec']);
  });

  it('are names and annotations', () => {
    const server = '{servers: [{hosts: ["*"], port: {number: 80, name: a, protocol: HTTP}}]}';
    expect(refused('Gateway', server, { name: 'a.b' })).toEqual(['metadata.name']);
    const annotated = (text: string): string => `a, annotations: {${text}}`;
    const dry = 'metadata.annotations.istio.io/dry-run';
    expect(refused('Gateway', server, { name: annotated('istio.io/dry-run: "true"') })).toEqual([dry]);
    const policy = (annotations: string, rules: string): string[] =>
      refused('AuthorizationPolicy', rules, { name: annotated(annotations) });
    expect(policy('istio.io/dry-run: "yes"', '{}')).toEqual([dry]);
    expect(policy('istio.io/dry-run: "true"', '{}')).toEqual([]);
    expect(policy('istio.io/dry-run: "true"', '{action: AUDIT}')).toEqual([dry]);
    expect(policy('internal.istio.io/parents: a', '{}')).toEqual(['metadata.annotations.internal.istio.io/parents']);
  });

  it('is told once where the API server refuses the same', () => {
    const input = inputOf(
      manifest(
        'DestinationRule',
        'a',
        '{host: a, trafficPolicy: {tls: {mode: NO}, connectionPool: {htp: {}}}, subsets: [{}]}',
      ),
    );
    const found = findingsOf(compiledMesh({ ...input, accepted: [] }, () => true));
    expect(found.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
      'MESH0170 spec.trafficPolicy.connectionPool.htp',
      'MESH0171 spec.subsets[0]',
      'MESH0171 spec.trafficPolicy.tls.mode',
      'MESH0192 spec.host',
    ]);
  });
});

describe('the value of a patch', () => {
  const filter = (applyTo: string, value: string): string =>
    `{configPatches: [{applyTo: ${applyTo}, patch: {operation: MERGE, value: ${value}}}]}`;
  const typed = (type: string, rest = ''): string =>
    filter('HTTP_FILTER', `{name: a, typed_config: {"@type": "type.googleapis.com/${type}"${rest}}}`);
  const value = 'spec.configPatches[0].patch.value';
  const lua = 'envoy.extensions.filters.http.lua.v3.Lua';
  it.each<[spec: string, place: string]>([
    [filter('CLUSTER', '{connect_timeout: 5}'), `${value}.connect_timeout`],
    [filter('CLUSTER', '{connectTimeout: 5x}'), `${value}.connectTimeout`],
    [filter('CLUSTER', '{lb_policy: ROUNDROBIN}'), `${value}.lb_policy`],
    [filter('CLUSTER', '{per_connection_buffer_limit_bytes: many}'), `${value}.per_connection_buffer_limit_bytes`],
    [filter('CLUSTER', '{circuit_breakers: {thresholds: {}}}'), `${value}.circuit_breakers.thresholds`],
    [filter('VIRTUAL_HOST', '{domains: [1]}'), `${value}.domains[0]`],
    [filter('HTTP_FILTER', '{typed_config: {name: a}}'), `${value}.typed_config`],
    [typed('envoy.config.filter.http.lua.v2.Lua'), `${value}.typed_config["@type"]`],
    [typed('envoy.extensions.filters.http.lua.v3.Lau'), `${value}.typed_config["@type"]`],
    [typed('example.com.Filter'), `${value}.typed_config["@type"]`],
    [typed(lua, ', inline_code: true'), `${value}.typed_config.inline_code`],
    [typed('google.protobuf.StringValue'), `${value}.typed_config`],
  ])('%s is refused', (spec, place) => {
    expect(refused('EnvoyFilter', spec)).toEqual([place]);
  });

  it.each([
    filter('CLUSTER', '{connect_timeout: 1m30s, lb_policy: 1, per_connection_buffer_limit_bytes: "5"}'),
    filter('BOOTSTRAP', '{stats_sinks: 5}'),
    typed(lua, ', inline_code: a'),
    typed('udpa.type.v1.TypedStruct', ', type_url: a/b, value: {anything: 1}'),
    typed('envoy.extensions.filters.http.golang.v3alpha.Config'),
    typed('google.protobuf.StringValue', ', value: a'),
  ])('%s is taken', (spec) => {
    expect(findings('EnvoyFilter', spec)).toEqual([]);
  });

  it('may have fields that are dropped', () => {
    expect(warned('EnvoyFilter', typed(lua, ', inline_cod: a'))).toEqual([`warning ${value}.typed_config.inline_cod`]);
  });
});

describe('what a newer version refuses otherwise', () => {
  const at = (version: string) => ({ version: `${version}.0` });
  const pool = 'spec.trafficPolicy.connectionPool.http.http2KeepAlive';
  it.each<[kind: string, spec: string, older: string[], newer: string[]]>([
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {connectionPool: {http: {http2KeepAlive: {interval: 1s}}}}}',
      [],
      [pool],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {loadBalancer: {warmup: {duration: 1s, aggression: 0.5}}}}',
      ['spec.trafficPolicy.loadBalancer.warmup.aggression'],
      [],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {failover: [{from: a, to: a}]}}}}',
      [],
      ['spec.trafficPolicy.loadBalancer.zoneAwareLbSetting.failover[0]'],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {retryBudget: {budgetInterval: "5"}, loadBalancer: {backendUtilization: {weightUpdatePeriod: 5x}}}}',
      [],
      [
        'spec.trafficPolicy.loadBalancer.backendUtilization.weightUpdatePeriod',
        'spec.trafficPolicy.retryBudget.budgetInterval',
      ],
    ],
    ['Sidecar', '{egress: [{hosts: ["~a/b.c"]}]}', ['spec.egress[0].hosts[0]'], []],
    ['VirtualService', '{hosts: [a], http: [{redirect: {prefixRewrite: /}}]}', ['spec.http[0].redirect'], []],
    [
      'ServiceEntry',
      '{hosts: ["*.a"], resolution: DYNAMIC_DNS, location: MESH_INTERNAL, ports: [{number: 1, name: a, protocol: GRPC}]}',
      ['spec.ports[0].protocol', 'spec.location'],
      [],
    ],
    [
      'AuthorizationPolicy',
      '{rules: [{when: [{key: source.trustDomain, values: [a]}]}]}',
      ['spec.rules[0].when[0].key'],
      [],
    ],
    [
      'AuthorizationPolicy',
      '{rules: [{from: [{source: {trustDomains: [a/b]}}]}]}',
      ['spec.rules[0].from[0].source'],
      ['spec.rules[0].from[0].source.trustDomains[0]'],
    ],
  ])('%s %s', (kind, spec, older, newer) => {
    expect(refused(kind, spec, at('1.29'))).toEqual(older);
    expect(refused(kind, spec, at('1.32'))).toEqual(newer);
  });

  it('knows TrafficExtensions', () => {
    const extension = (spec: string): string[] =>
      refusedByIstiod
        .find(
          compiledMesh(
            inputOf(
              `{apiVersion: extensions.istio.io/v1alpha1, kind: TrafficExtension, metadata: {name: a, namespace: b}, spec: ${spec}}`,
              at('1.32'),
            ),
            () => true,
          ),
        )
        .map(({ field }) => field);
    expect(extension('{}')).toEqual(['spec']);
    expect(extension('{lua: {}}')).toEqual(['spec.lua']);
    expect(extension('{wasm: {url: "ftp://a"}}')).toEqual(['spec.wasm.url']);
    expect(extension('{lua: {inlineCode: a}}')).toEqual([]);
  });
});

describe('what the webhook takes with a warning', () => {
  const port = '{number: 443, name: a, protocol: HTTPS}';
  const tls = (rest: string): string => `{servers: [{hosts: ["*"], port: ${port}, tls: {${rest}}}]}`;
  const failover = 'loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}';
  const place = 'spec.trafficPolicy.loadBalancer.localityLbSetting.failover';
  it.each<[kind: string, spec: string, told: string[]]>([
    ['Gateway', tls('mode: PASSTHROUGH, credentialName: a'), ['warning spec.servers[0].tls.credentialName']],
    [
      'Gateway',
      tls('mode: SIMPLE, credentialName: a, cipherSuites: [FOO, AES128-SHA, AES128-SHA]'),
      ['warning spec.servers[0].tls.cipherSuites[0]', 'info spec.servers[0].tls.cipherSuites[2]'],
    ],
    [
      'Gateway',
      tls('mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_1'),
      ['info spec.servers[0].tls.minProtocolVersion'],
    ],
    ['Gateway', tls('mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_1, cipherSuites: [AES128-SHA]'), []],
    ['DestinationRule', `{host: a, trafficPolicy: {${failover}}}`, [`warning ${place}`]],
    ['DestinationRule', `{host: a, trafficPolicy: {outlierDetection: {}, ${failover}}}`, []],
    [
      'DestinationRule',
      `{host: a, trafficPolicy: {outlierDetection: {}}, subsets: [{name: a, trafficPolicy: {${failover}}}]}`,
      [],
    ],
    [
      'Sidecar',
      '{workloadSelector: {}, egress: [{hosts: ["*/*", "a/b.c"]}]}',
      ['info spec.workloadSelector', 'info spec.egress[0].hosts'],
    ],
    ['Sidecar', '{egress: [{hosts: ["a/*", "a/b.c"]}]}', ['info spec.egress[0].hosts[1]']],
    [
      'Sidecar',
      '{ingress: [{port: {number: 1, protocol: TCP}, connectionPool: {http: {}}}]}',
      ['warning spec.ingress[0].connectionPool.http'],
    ],
    ['ServiceEntry', '{hosts: [a.b], workloadSelector: {labels: {a: b}}}', ['warning spec.workloadSelector']],
    [
      'VirtualService',
      '{hosts: [a], http: [{route: [{destination: {host: b}}], fault: {abort: {}}}]}',
      ['warning spec.http[0].fault.abort'],
    ],
    ['Telemetry', '{tracing: [{providers: [{name: a}, {name: b}]}]}', ['warning spec.tracing[0].providers']],
  ])('%s %s', (kind, spec, told) => {
    expect(warned(kind, spec)).toEqual(told);
    expect(refused(kind, spec)).toEqual([]);
  });
});
