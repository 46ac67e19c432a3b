import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/source/manifest.ts';

const rest = 'metadata: {name: a, namespace: shop}\nspec: {hosts: [a]}\n';
const told = (text: string) =>
  readManifest('mesh.yaml', text, { namespace: 'default' }).diagnostics.map(
    ({ severity, message, location, fix }) => `${severity} ${location?.line}:${location?.column} ${message}: ${fix}`,
  );

describe('what is meant as an object of the mesh and is none', () => {
  it.each([
    ['kind: VirtualService\n', 'error 1:1 an object of VirtualService without apiVersion'],
    [
      'apiversion: networking.istio.io/v1\nkind: VirtualService\n',
      'error 1:1 an object of VirtualService without apiVersion: write apiVersion for apiversion',
    ],
    [
      'apiVersion: networking.istio.io/v1\nKind: Gateway\n',
      'error 2:1 an object of networking.istio.io/v1 without kind: write kind for Kind',
    ],
    [
      'apiVersion: networking.istio.io/v1\nkind: [Gateway]\n',
      'error 2:1 an object of networking.istio.io/v1 whose kind is a list, not text',
    ],
    ['apiVersion: 1\nkind: EnvoyFilter\n', 'error 1:1 an object of EnvoyFilter whose apiVersion is 1, not text'],
    ['ApiVersion: networking.istio.io/v1\nKind: Gateway\n', 'error 1:1 an object with ApiVersion for apiVersion'],
    [
      'apiVersion: networking.istio.io\nkind: Gateway\n',
      'error 1:1 Gateway of apiVersion networking.istio.io, which is not GROUP/VERSION',
    ],
    [
      'apiVersion: security.istio.io/v1/v1\nkind: Telemetry\n',
      'error 1:1 Telemetry of apiVersion security.istio.io/v1/v1',
    ],
  ])('%j', (head, expected) => {
    const [first = '', ...more] = told(head + rest);
    expect(first.startsWith(expected), first).toBe(true);
    expect(more).toEqual([]);
  });

  it.each([
    ['{name: 5}', 'error 3:12 VirtualService whose metadata.name is 5, not text'],
    ['{name: yes}', 'error 3:12 VirtualService whose metadata.name is true, not text'],
    ['{name: ""}', 'warning 3:1 VirtualService without metadata.name'],
    ['{generateName: a-}', 'warning 3:1 VirtualService without metadata.name (generateName'],
  ])('a name %s', (metadata, expected) => {
    const head = 'apiVersion: networking.istio.io/v1\nkind: VirtualService\n';
    const [first = ''] = told(`${head}metadata: ${metadata}\nspec: {hosts: [a]}\n`);
    expect(first.startsWith(expected), first).toBe(true);
  });

  it('is told of items of a list, too', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n- kind: VirtualService\n  metadata: {name: a}\n  spec: {}\n';
    expect(told(list)).toEqual([expect.stringContaining('error 4:3 an object of VirtualService without apiVersion')]);
  });

  it.each([
    'metadata: {kind: x}\nspec: {a: b}\n',
    'kind: Pipeline\nmetadata: {name: a}\nspec: {}\n',
    'kind: Gateway\nmetadata: {name: a}\nspec: {}\n',
    'apiVersion: v1\nkind: Config\nmetadata: {}\n',
    'kind: VirtualService\nmetadata: text\n',
    'kind: x\nmetadata: [\n',
    'apiVersion: networking.istio.io/v1\nkind: "{{ .Values.kind }}"\nmetadata: {name: 5}\n',
  ])('says nothing of other files: %j', (text) => {
    expect(told(text)).toEqual([]);
  });
});
