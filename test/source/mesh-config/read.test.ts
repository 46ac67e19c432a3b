import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/source/diagnostic.ts';
import { ignoredBy } from '../../../src/source/mesh-config/ignore.ts';
import { readMeshConfig } from '../../../src/source/mesh-config/read.ts';
import { meshConfigSchema } from '../../../src/source/mesh-config/schema.ts';

function failure(text: string): SourceError {
  try {
    readMeshConfig('.mesh.yaml', text);
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError);
    return error as SourceError;
  }
  throw new Error('it was read');
}

describe('readMeshConfig', () => {
  it('reads every setting', () => {
    const config = readMeshConfig(
      '.mesh.yaml',
      `version: mesh-config/v1
paths: [mesh]
namespace: shop
kustomize: [overlays/prod]
remoteBases: false
helm:
  - {chart: charts/a, release: a, namespace: shop, values: [prod.yaml]}
ownership: {namespaces: [shop], selector: a=b, kinds: [VirtualService]}
ignore:
  - {resource: VirtualService shop/*, field: 'spec.http[*].route[*].weight', reason: canary, expires: 2030-01-31}
severities: {MESH0001: warning, MESH0002: off}
failOn: error
`,
    );
    expect(config).toMatchObject({
      helm: [{ chart: 'charts/a' }],
      severities: { MESH0001: 'warning', MESH0002: 'off' },
    });
    expect(config.ignore?.[0]?.location).toEqual({ file: '.mesh.yaml', line: 10, column: 5 });
  });

  it.each([
    ['paths: [a]\n', 'version is missing', 'write mesh-config/v1'],
    ['', 'the file must be a mapping', ''],
    ['version: v9\n', '.mesh.yaml:1:1: version is v9; this program reads mesh-config/v1', ''],
    ['version: mesh-config/v1\npath: [a]\n', '.mesh.yaml:2:1: there is no setting path', 'did you mean paths?'],
    ['version: mesh-config/v1\npaths: a\n', '2:1: paths must be a list, not text', ''],
    ['version: mesh-config/v1\npaths:\n', '2:1: paths must be a list, not empty', ''],
    ['version: mesh-config/v1\nhelm:\n- values: [a]\n', '3:3: helm[0].chart is missing', 'Directory of the chart'],
    ['version: mesh-config/v1\nfailOn: no\n', '2:1: failOn must be text, not true or false', ''],
    ['version: mesh-config/v1\nfailOn: bad\n', 'failOn is bad; it may be error, warning, info, never', ''],
    ['version: mesh-config/v1\nseverities: {MESH0001: high}\n', '2:14: severities.MESH0001 is high', ''],
    ['version: mesh-config/v1\nignore: [{resource: a, reason: b, expires: 2030-02-30}]\n', 'not a date', ''],
    ['version: mesh-config/v1\nignore: [{resource: a, reason: " "}]\n', 'ignore[0].reason is empty', ''],
    ['version: mesh-config/v1\nversion: mesh-config/v1\n', '2:1: version stands twice', ''],
    [
      'version: mesh-config/v1\nignore: [{resource: a, reason: b, codes: [MESH010]}]\n',
      '2:43: there is no code MESH010',
      'did you mean MESH0',
    ],
    ['version: mesh-config/v1\nseverities: {MESH9999: off}\n', '2:14: there is no code MESH9999', ''],
    ['version: [\n', 'broken YAML', 'correct the project file'],
  ])('%j', (text, message, fix) => {
    const error = failure(text);
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
  });

  it('names all faults at once', () => {
    expect(failure('version: mesh-config/v1\na: 1\npath: [b]\n').message.split('\n')).toEqual([
      expect.stringMatching(/^\.mesh\.yaml:2:1: there is no setting a; known settings: /),
      '.mesh.yaml:3:1: there is no setting path; did you mean paths?',
    ]);
  });

  it('has its schema printed in the documentation', () => {
    const printed = JSON.parse(readFileSync('docs/schema/mesh-config.schema.json', 'utf8'));
    const { $schema, $id, title, ...schema } = printed;
    expect([$schema, typeof $id, typeof title]).toEqual([
      'https://json-schema.org/draft/2020-12/schema',
      'string',
      'string',
    ]);
    expect(schema).toEqual(JSON.parse(JSON.stringify(meshConfigSchema)));
  });
});

describe('ignore rules', () => {
  const rule = (resource: string, field?: string, expires?: string) => ({ resource, field, expires, reason: 'meant' });

  it.each<[string, string | undefined, string, string, boolean]>([
    ['VirtualService shop/*', undefined, 'VirtualService shop/a', 'spec.http[0].timeout', true],
    ['VirtualService shop/*', undefined, 'Gateway shop/a', '', false],
    ['* shop/a', 'spec.http[*].route[*].weight', 'VirtualService shop/a', 'spec.http[0].route[12].weight', true],
    ['* shop/a', 'spec.http[0].route', 'VirtualService shop/a', 'spec.http[0].route[1].weight', true],
    ['* shop/a', 'spec.http[0].route[1]', 'VirtualService shop/a', 'spec.http[0].route', false],
    ['* shop/a', 'spec.http[1]', 'VirtualService shop/a', 'spec.http[10]', false],
    ['* shop/a', 'metadata.labels["a.b/c"]', 'Gateway shop/a', 'metadata.labels.a.b/c', true],
    ['* shop/a', 'metadata.labels.a.b/c', 'Gateway shop/a', 'metadata.labels.a.b/c', true],
    ['* shop/a', 'metadata.labels.*', 'Gateway shop/a', 'metadata.labels.a.b/c', true],
    ['* shop/a', 'metadata.labels.a', 'Gateway shop/a', 'metadata.labels.a.b/c', false],
    ['* shop/a.b', undefined, 'Gateway shop/aXb', '', false],
  ])('%s %s covers %s %s: %s', (resource, field, found, at, expected) => {
    expect(
      ignoredBy([rule(resource, field)], { code: 'MESH0001', resource: found, field: at }, '2026-01-01') !== undefined,
    ).toBe(expected);
  });

  it('count up to the last day', () => {
    const rules = [rule('*', undefined, '2026-01-31')];
    const finding = { code: 'MESH0001', resource: 'Gateway a/b', field: '' };
    expect(ignoredBy(rules, finding, '2026-01-31')).toBe(rules[0]);
    expect(ignoredBy(rules, finding, '2026-02-01')).toBeUndefined();
    expect(ignoredBy([{ ...rule('*'), codes: ['MESH0002'] }], finding, '2026-01-01')).toBeUndefined();
  });
});
