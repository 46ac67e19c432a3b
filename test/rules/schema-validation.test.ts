import { describe, expect, it } from 'vitest';
import { compiledMesh } from '../../src/app/check/compiled-mesh.ts';
import { knownKinds } from '../../src/rules/schema/known.ts';
import { schemaValidation } from '../../src/rules/schema-validation.ts';
import { readManifest } from '../../src/source/manifest.ts';
import { toResource } from '../../src/source/object.ts';
import { manifest } from '../support/manifests.ts';
import { inputOf } from '../support/mesh.ts';

interface Options {
  version?: string;
  /** What the API server has. */
  live?: string;
  extra?: string;
}

function findings(yaml: string, { version, live = '', extra = '' }: Options = {}) {
  const { resources } = readManifest('a.yaml', yaml, { namespace: 'shop' });
  const input = inputOf(extra, { ...(version ? { version } : {}) });
  const accepted = live === '' ? [] : inputOf(live).resources;
  const state = { ...input, resources: [...input.resources, ...resources], accepted };
  return schemaValidation.find(compiledMesh(state, () => true, resources));
}
const told = (yaml: string, options: Options = {}): string[] =>
  findings(yaml, options).map(({ code, severity, field }) => `${code} ${severity} ${field}`);
const route = (more: string): string =>
  manifest('VirtualService', 'cart', `{hosts: [cart], http: [{${more}route: [{destination: {host: cart}}]}]}`);
const httpRoute = (spec: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: ${spec}\n`;
const rule = (policy: string): string => manifest('DestinationRule', 'cart', `{host: cart, trafficPolicy: ${policy}}`);

describe('unknown fields', () => {
  it('are told with their line and the name that is meant', () => {
    expect(findings(route('retires: {attempts: 3}, '))).toMatchObject([
      {
        code: 'MESH0170',
        severity: 'warning',
        field: 'spec.http[0].retires',
        location: { file: 'a.yaml', line: 5 },
        message: 'VirtualService shop/cart spec.http[0].retires is no field of VirtualService in Istio 1.29',
        fix: 'did you mean retries?',
      },
    ]);
    expect(told(route('retries: {attempts: 3}, '))).toEqual([]);
  });

  it('are looked for in metadata and at the top, too', () => {
    const text = route('').replace('metadata: {', 'metadata: {lables: {a: b}, ').replace('spec:', 'spce: {}\nspec:');
    expect(told(text)).toEqual(['MESH0170 warning metadata.lables', 'MESH0170 warning spce']);
  });

  it('may be known to a later release, or to the one that the mesh has', () => {
    const keepAlive = rule('{connectionPool: {http: {http2KeepAlive: {interval: 5s}}}}');
    expect(findings(keepAlive)).toMatchObject([
      { message: expect.stringContaining('in Istio 1.29; Istio 1.31 has it'), fix: 'drop it, or upgrade Istio first.' },
    ]);
    expect(told(keepAlive, { version: '1.32.0' })).toEqual([]);
    expect(told(manifest('Gateway', 'g', '{servers: [{tls: {ecdhCurves: [X25519]}}]}'), { version: '1.32.0' })).toEqual(
      ['MESH0171 error spec.servers[0]', 'MESH0171 error spec.servers[0]'],
    );
  });

  it('are a note where the tables are of another release', () => {
    expect(told(route('retires: {}, '), { version: '1.30.1' })).toEqual(['MESH0170 info spec.http[0].retires']);
    expect(told(route('retires: {}, '), { version: '1.99.0' })).toEqual(['MESH0170 info spec.http[0].retires']);
  });

  it('are none where anything may stand', () => {
    const patch = '{applyTo: CLUSTER, patch: {operation: MERGE, value: {any: {thing: 1}}}}';
    expect(told(manifest('EnvoyFilter', 'f', `{configPatches: [${patch}]}`))).toEqual([]);
  });

  it('are none where the API server has them', () => {
    const text = route('retires: {attempts: 3}, ');
    expect(told(text, { live: text })).toEqual([]);
    expect(told(text, { live: route('') })).toEqual(['MESH0170 warning spec.http[0].retires']);
  });
});

describe('values that are refused', () => {
  it.each([
    ['{loadBalancer: {simple: ROUNDROBIN}}', 'loadBalancer.simple is "ROUNDROBIN"'],
    [
      '{connectionPool: {tcp: {connectTimeout: "5"}}}',
      'connectionPool.tcp.connectTimeout is "5": must be a valid duration greater than 1ms',
    ],
    [
      '{connectionPool: {tcp: {maxConnections: many}}}',
      'connectionPool.tcp.maxConnections is "many", not a whole number',
    ],
    [
      '{loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}',
      'loadBalancer has simple and consistentHash',
    ],
    ['[]', ' is a list, not a mapping'],
  ])('%s', (policy, message) => {
    expect(findings(rule(policy))).toMatchObject([
      {
        code: 'MESH0171',
        severity: 'error',
        message: expect.stringContaining(`spec.trafficPolicy${message.startsWith(' ') ? '' : '.'}${message}`),
      },
    ]);
  });

  it('are told at the object where a field is missing', () => {
    expect(findings(manifest('DestinationRule', 'cart', '{subsets: []}'))).toMatchObject([
      { field: 'spec', message: 'DestinationRule shop/cart spec has no host, which must be there' },
    ]);
  });

  it('are none where the API server has the same value', () => {
    const text = rule('{loadBalancer: {simple: ROUNDROBIN}}');
    expect(told(text, { live: text })).toEqual([]);
    expect(told(text, { live: rule('{loadBalancer: {simple: RANDOM}}') })).toHaveLength(1);
  });
});

describe('rules in CEL', () => {
  it('are told with their message at the line of the value', () => {
    const text = manifest(
      'PeerAuthentication',
      'p',
      '\n  mtls: {mode: STRICT}\n  portLevelMtls:\n    "0": {mode: DISABLE}',
    );
    expect(findings(text)).toMatchObject([
      {
        code: 'MESH0171',
        severity: 'error',
        field: 'spec',
        message: 'PeerAuthentication shop/p spec breaks a rule: portLevelMtls requires selector',
      },
      {
        field: 'spec.portLevelMtls',
        location: { file: 'a.yaml', line: 7 },
        message: 'PeerAuthentication shop/p spec.portLevelMtls breaks a rule: port must be between 1-65535',
        effect: 'the API server refuses the object (by Istio 1.29), so nothing of it is applied.',
        fix: 'make this true of it: self.all(key, 0 < int(key) && int(key) <= 65535)',
      },
    ]);
  });

  it('see the defaults of fields that are not written', () => {
    const match = (value: string): string =>
      httpRoute(`{rules: [{matches: [{path: {value: ${value}}}], backendRefs: [{name: a}]}]}`);
    expect(findings(match('cart')).map(({ message }) => message)).toEqual([
      expect.stringContaining('spec.rules[0].matches[0].path breaks a rule: value must be an absolute path'),
      expect.stringContaining('spec.rules[0].backendRefs[0] breaks a rule: Must have port for Service reference'),
    ]);
    expect(told(match('/cart').replace('name: a', 'name: a, port: 80'))).toEqual([]);
  });

  it('are not judged beside a wrong type', () => {
    expect(
      told(rule('{loadBalancer: {warmup: {duration: "5"}}, connectionPool: {tcp: {maxConnections: many}}}')),
    ).toEqual(['MESH0171 error spec.trafficPolicy.connectionPool.tcp.maxConnections']);
  });

  it('are none where the API server has the same value', () => {
    const text = manifest('PeerAuthentication', 'p', '{portLevelMtls: {80: {mode: DISABLE}}}');
    expect(told(text)).toEqual(['MESH0171 error spec']);
    expect(told(text, { live: text })).toEqual([]);
    expect(told(text, { live: text.replace('80', '81') })).toEqual(['MESH0171 error spec']);
  });

  it('of one release of the Gateway API count where all have them', () => {
    // Since 1.6 two CORS filters are refused.
    const cors = '{type: CORS, cors: {}}';
    expect(told(httpRoute(`{rules: [{filters: [${cors}, ${cors}]}]}`))).toEqual([]);
    expect(told(httpRoute('{rules: [{filters: [{type: CORS}]}]}'))).toEqual([
      'MESH0171 error spec.rules[0].filters[0]',
    ]);
  });
});

describe('kinds and versions', () => {
  const of = (apiVersion: string, kind: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: {}\n`;

  it.each([
    ['networking.istio.io/v1', 'VirtualServce', 'kind', 'did you mean VirtualService?'],
    ['networking.istio.io/v1alpha1', 'Sidecar', 'apiVersion', 'write one of v1, v1alpha3, v1beta1.'],
    ['gateway.networking.k8s.io/v1', 'HTTPRout', 'kind', 'did you mean HTTPRoute?'],
  ])('%s %s does not exist', (apiVersion, kind, field, fix) => {
    expect(findings(of(apiVersion, kind))).toMatchObject([{ code: 'MESH0173', severity: 'error', field, fix }]);
  });

  it.each([
    ['gateway.networking.k8s.io/v1', 'ListenerThing'],
    ['gateway.networking.k8s.io/v1alpha1', 'HTTPRoute'],
    ['apps/v1', 'Deploymnt'],
  ])('%s %s may exist', (apiVersion, kind) => {
    expect(findings(of(apiVersion, kind))).toEqual([]);
  });
});

describe('deprecated', () => {
  it.each([
    [rule('{loadBalancer: {simple: LEAST_CONN}}'), 'spec.trafficPolicy.loadBalancer.simple'],
    [
      rule('{portLevelSettings: [{outlierDetection: {consecutiveErrors: 5}}]}'),
      'spec.trafficPolicy.portLevelSettings[0].outlierDetection.consecutiveErrors',
    ],
    [route('corsPolicy: {allowOrigin: ["*"]}, '), 'spec.http[0].corsPolicy.allowOrigin'],
  ])('%s', (text, field) => {
    expect(told(text)).toEqual([`MESH0172 info ${field}`]);
    expect(told(text, { live: text })).toEqual([`MESH0172 info ${field}`]);
  });
});

describe("the cluster's own definitions", () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'virtualservices.networking.istio.io' },
    spec: {
      group: 'networking.istio.io',
      names: { kind: 'VirtualService' },
      versions: [
        {
          name: 'v1',
          served: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { own: {} } } } },
          },
        },
      ],
    },
  };

  it('win over the tables', () => {
    const extra = `---\n${JSON.stringify(definition)}\n`;
    expect(told(manifest('VirtualService', 'a', '{own: 1, hosts: []}'), { extra })).toEqual([
      'MESH0170 warning spec.hosts',
    ]);
    const old = manifest('VirtualService', 'a', '{own: 1}').replace('/v1\n', '/v1beta1\n');
    expect(told(old, { extra })).toEqual(['MESH0173 error apiVersion']);
    const kinds = knownKinds([toResource(definition, 'api')], '1.29');
    expect(kinds.get('networking.istio.io/VirtualService')).toMatchObject({ exact: true });
    expect(kinds.get('networking.istio.io/Gateway')?.source).toBe('Istio 1.29');
  });

  it('may have a rule that nobody can judge here, which is told', () => {
    const spec = { type: 'object', properties: { own: { type: 'string' } } };
    const ruled = { ...spec, 'x-kubernetes-validations': [{ rule: 'quantity(self.own).isInteger()' }] };
    const extra = `---\n${JSON.stringify(definition).replace(/"spec":\{"type":"object".*?\}\}\}/, `"spec":${JSON.stringify(ruled)}`)}\n`;
    expect(findings(manifest('VirtualService', 'a', '{own: "1"}'), { extra })).toMatchObject([
      {
        code: 'MESH0171',
        severity: 'info',
        field: 'spec',
        message: expect.stringContaining('spec has a rule that cannot be judged here: '),
        fix: 'see to it yourself: quantity(self.own).isInteger()',
      },
    ]);
  });
});
