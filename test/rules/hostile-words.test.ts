import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { compiledMesh } from '../../src/app/check/compiled-mesh.ts';
import { type Json, type JsonObject, type Path, valueAt } from '../../src/model/json.ts';
import { findingsOf } from '../../src/rules/index.ts';
import { refusedByIstiod } from '../../src/rules/refused/index.ts';
import { manifest } from '../support/manifests.ts';
import { inputOf, podYaml } from '../support/mesh.ts';
import { hosts } from './refused/cases/hosts.ts';
import { policies } from './refused/cases/policies.ts';
import { routing } from './refused/cases/routing.ts';

/** Names that every JavaScript object answers to. */
const words = ['__proto__', 'constructor', 'toString'];
const notForPeople = /native code|\[object|undefined/;

function pathsOfTexts(value: Json | undefined, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    pathsOfTexts(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function withWord(spec: JsonObject, path: Path, word: string): JsonObject {
  const copy = structuredClone(spec);
  (valueAt(copy, path.slice(0, -1)) as JsonObject)[String(path.at(-1))] = word;
  return copy;
}

describe.each(Object.entries({ ...routing, ...hosts, ...policies }))(
  'names of Object.prototype in %s',
  (kind, { refused, taken }) => {
    it('are texts like others to what istiod refuses', () => {
      const specs = [...refused.map(([spec]) => spec), ...taken].map((spec) => load(spec) as JsonObject);
      const objects = specs.flatMap((spec) =>
        pathsOfTexts(spec).flatMap((path) => words.map((word) => withWord(spec, path, word))),
      );
      const yaml = objects.map((spec, index) => manifest(kind, `a${index}`, JSON.stringify(spec))).join('');
      const found = refusedByIstiod.find(compiledMesh(inputOf(yaml), () => true));
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter(({ message, fix }) => notForPeople.test(message + fix))).toEqual([]);
    });
  },
);

/** Each step of a search that begins anew at every character of a run would take minutes. */
it.each<[kind: string, spec: object, fields: string[]]>([
  [
    'AuthorizationPolicy',
    { rules: [{ to: [{ operation: { paths: [`/{*}${'/'.repeat(300_000)}a`] } }] }] },
    ['spec.rules[0].to[0].operation.paths[0]'],
  ],
  [
    'VirtualService',
    { hosts: ['a'], http: [{ directResponse: { status: 200, body: { bytes: `a${'='.repeat(300_000)}a` } } }] },
    ['spec.http[0].directResponse.body'],
  ],
  [
    'VirtualService',
    {
      hosts: ['a'],
      http: [{ retries: { attempts: 1, retryOn: 'x,'.repeat(30_000) }, route: [{ destination: { host: 'b' } }] }],
    },
    ['spec.http[0].retries.retryOn', 'spec.http[0].retries.retryOn'],
  ],
])('a long run of one character in %s is read once', (kind, spec, fields) => {
  const mesh = compiledMesh(inputOf(manifest(kind, 'a', JSON.stringify(spec))), () => true);
  expect(refusedByIstiod.find(mesh).map(({ field }) => field)).toEqual(fields);
});

it.each(words)('%s may stand in any object that proxies are compiled of', (word) => {
  const mesh = compiledMesh(
    inputOf(`
${podYaml('shop/a-1', { labels: { app: 'a' } })}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: shop, annotations: {networking.istio.io/traffic-distribution: ${word}}}
spec: {selector: {app: a}, clusterIP: 10.1.0.1, ports: [{name: ${word}, port: 80}, {name: b, port: 81, appProtocol: ${word}}]}
${manifest('ServiceEntry', 'b', `{hosts: [b.example], resolution: ${word}, ports: [{name: a, number: 80, protocol: ${word}}]}`)}
${manifest('AuthorizationPolicy', 'a', `{action: DENY, rules: [{when: [{key: ${word}, values: [a]}]}, {to: [{operation: {methods: [${word}]}}]}]}`)}
${manifest('RequestAuthentication', 'a', `{jwtRules: [{issuer: a, jwks: '{"keys": [{"kty": "${word}"}]}'}]}`)}
${manifest('DestinationRule', 'a', `{host: a, subsets: [{name: ${word}, labels: {${word}: a}}]}`)}
`),
    () => true,
  );
  const found = findingsOf(mesh);
  expect(mesh.proxies).toHaveLength(1);
  expect(found.map(({ resource }) => resource)).toContain('RequestAuthentication shop/a');
  expect(found.filter(({ message, fix }) => notForPeople.test(message + fix))).toEqual([]);
});
