import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { compiledMesh } from '../../../src/app/check/compiled-mesh.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { refusedByIstiod } from '../../../src/rules/refused/index.ts';
import { manifest } from '../../support/manifests.ts';
import { inputOf } from '../../support/mesh.ts';

interface Decided {
  spec: JsonObject;
  /** `error spec.hosts[0]`: severities with their places. */
  told: string[];
}

function told(kind: string, spec: JsonObject, version: string): string[] {
  const input = inputOf(manifest(kind, 'a', JSON.stringify(spec)), { version: `${version}.0` });
  return refusedByIstiod.find(compiledMesh(input, () => true)).map(({ severity, field }) => `${severity} ${field}`);
}

describe.each(['1.29', '1.32'])('what istiod %s decided', (version) => {
  const file = `${import.meta.dirname}/decided/${version}.yaml`;
  const decided = load(readFileSync(file, 'utf8')) as Record<string, Decided[]>;
  it.each(Object.entries(decided))('of %s is told', (kind, cases) => {
    const found = cases.map(({ spec }) => ({ spec, told: told(kind, spec, version) }));
    expect(found).toEqual(cases);
  });
});

describe('lengths', () => {
  const body = (count: number): JsonObject => ({
    hosts: ['a'],
    http: [{ directResponse: { status: 200, body: { string: 'x'.repeat(count) } } }],
  });
  const bytes = (count: number): JsonObject => ({
    hosts: ['a'],
    http: [{ directResponse: { status: 200, body: { bytes: Buffer.alloc(count).toString('base64') } } }],
  });
  const place = 'spec.http[0].directResponse.body';
  const account = (count: number): JsonObject => ({
    rules: [{ from: [{ source: { serviceAccounts: ['x'.repeat(count)] } }] }],
  });
  const accounts = (count: number): JsonObject => ({
    rules: [{ from: [{ source: { serviceAccounts: Array.from({ length: count }, (_, index) => `a${index}`) } }] }],
  });
  const list = 'spec.rules[0].from[0].source.serviceAccounts';
  const regex = (count: number): JsonObject => ({
    hosts: ['a'],
    http: [{ match: [{ uri: { regex: 'x'.repeat(count) } }], route: [{ destination: { host: 'b' } }] }],
  });
  const patch = (count: number): JsonObject => ({
    configPatches: [
      { applyTo: 'CLUSTER', match: { proxy: { proxyVersion: 'x'.repeat(count) } }, patch: { operation: 'REMOVE' } },
    ],
  });
  const plugin = (rest: JsonObject): JsonObject => ({ url: 'oci://a', ...rest });
  const variable = (count: number): JsonObject => plugin({ vmConfig: { env: [{ name: 'x'.repeat(count) }] } });
  it.each<[kind: string, version: string, longest: JsonObject, longer: JsonObject, told: string]>([
    ['VirtualService', '1.29', body(100 * 1024), body(100 * 1024 + 1), `info ${place}`],
    ['VirtualService', '1.29', bytes(100 * 1024), bytes(100 * 1024 + 3), `info ${place}`],
    ['VirtualService', '1.29', regex(1024), regex(1025), 'error spec.http[0].match[0].uri.regex'],
    ['AuthorizationPolicy', '1.29', account(320), account(321), `error ${list}[0]`],
    ['AuthorizationPolicy', '1.29', accounts(16), accounts(17), `error ${list}`],
    ['EnvoyFilter', '1.32', patch(1024), patch(1025), 'warning spec.configPatches[0].match.proxy.proxyVersion'],
    [
      'WasmPlugin',
      '1.29',
      plugin({ imagePullSecret: 'x'.repeat(253) }),
      plugin({ imagePullSecret: 'x'.repeat(254) }),
      'error spec.imagePullSecret',
    ],
    [
      'WasmPlugin',
      '1.29',
      plugin({ pluginName: 'x'.repeat(256) }),
      plugin({ pluginName: 'x'.repeat(257) }),
      'error spec.pluginName',
    ],
    ['WasmPlugin', '1.29', variable(256), variable(257), 'error spec.vmConfig.env[0].name'],
    [
      'TrafficExtension',
      '1.32',
      { lua: { inlineCode: 'x'.repeat(65536) } },
      { lua: { inlineCode: 'x'.repeat(65537) } },
      'error spec.lua.inlineCode',
    ],
  ])('of %s in %s', (kind, version, longest, longer, expected) => {
    expect(told(kind, longest, version)).toEqual([]);
    expect(told(kind, longer, version)).toEqual([expected]);
  });

  it('of bodies above a megabyte are refused', () => {
    expect(told('VirtualService', body(1024 * 1024), '1.29')).toEqual([`info ${place}`]);
    expect(told('VirtualService', body(1024 * 1024 + 1), '1.29')).toEqual([`error ${place}`]);
  });
});
