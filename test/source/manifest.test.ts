import { describe, expect, it } from 'vitest';
import { resourceName } from '../../src/model/resource.ts';
import { readManifest } from '../../src/source/manifest.ts';

const read = (text: string, file = 'mesh.yaml') => readManifest(file, text, { namespace: 'default' });
const names = (text: string) => read(text).resources.map(resourceName);

const weights = `# reviews: a slow canary
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts: [reviews, reviews.example]
  http:
    - name: canary
      route:
        - destination: {host: reviews, subset: v1}
          weight: 90
        - destination: {host: reviews, subset: v2}
          weight: 10
`;

describe('places of an object', () => {
  const [service] = read(weights).resources;

  it.each<[(string | number)[], number, number]>([
    [[], 3, 1],
    [['metadata', 'namespace'], 6, 3],
    [['spec', 'hosts', 1], 8, 20],
    [['spec', 'http', 0], 10, 7],
    [['spec', 'http', 0, 'route', 1, 'weight'], 15, 11],
    [['spec', 'http', 0, 'route', 1, 'destination', 'subset'], 14, 40],
    [['spec', 'http', 0, 'timeout'], 10, 7],
    [['spec', 'tls', 4], 7, 1],
  ])('%j', (path, line, column) => {
    expect(service?.locate(path)).toEqual({ file: 'mesh.yaml', line, column });
  });
});

describe('objects', () => {
  it('reads the items of lists, also those that leave their kind out', () => {
    const { resources } = read(`apiVersion: v1
kind: List
items:
- apiVersion: networking.istio.io/v1
  kind: DestinationRuleList
  items:
  - metadata: {name: a, namespace: shop}
- {apiVersion: v1, kind: Service, metadata: {name: b}}
`);
    expect(resources.map(resourceName)).toEqual(['DestinationRule shop/a', 'Service default/b']);
    expect(resources[0]?.group).toBe('networking.istio.io');
    expect(resources[0]?.locate(['metadata', 'name'])?.line).toBe(7);
    expect(resources[1]?.locate([])?.line).toBe(8);
  });

  it('puts objects without a namespace into the default one, and leaves cluster-scoped ones without', () => {
    expect(
      names(`{apiVersion: v1, kind: Namespace, metadata: {name: shop, namespace: wrong}}
---
{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: edge}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio}}
`),
    ).toEqual(['Namespace shop', 'Gateway default/edge', 'GatewayClass istio']);
  });

  it('reads JSON', () => {
    expect(
      names('{\n\t"apiVersion": "v1",\n\t"kind": "Service",\n\t"metadata": {"name": "a", "namespace": "b"}\n}'),
    ).toEqual(['Service b/a']);
  });
});

describe('what is not read', () => {
  it('says why a file gives nothing', () => {
    expect(read('name: ci\non: push\n').skipped).toBe('no Kubernetes objects');
    expect(read('apiVersion: v1\nkind: Config\nclusters: []\n')).toEqual({
      resources: [],
      diagnostics: [],
      skipped: 'no Kubernetes objects',
    });
  });

  it.each([
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: "{{ .Values.name }}"\n',
    '{{- if .Values.on }}\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n{{- end }}\n',
  ])('recognises templates: %j', (text) => {
    expect(read(text)).toEqual({ resources: [], diagnostics: [], skipped: 'a template' });
  });

  it('takes an object with braces in a text for what it is', () => {
    expect(names('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {alert: "{{ $labels.pod }}"}\n')).toEqual(
      ['ConfigMap default/a'],
    );
  });

  it('reports broken YAML at its line, and reads the rest', () => {
    const { resources, diagnostics } = read(
      `${weights}---\napiVersion: v1\nkind: Service\nmetadata: {name: a\n---\n${weights}`,
    );
    expect(resources).toHaveLength(2);
    expect(resources[1]?.locate(['spec', 'http', 0, 'route', 0, 'weight'])?.line).toBe(33);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', location: { file: 'mesh.yaml' } });
    expect(diagnostics[0]?.location?.line).toBeGreaterThanOrEqual(19);
    expect(diagnostics[0]?.location?.line).toBeLessThanOrEqual(20);
  });

  it('names both places of a key that stands twice', () => {
    const { diagnostics } = read(weights.replace('  hosts:', '  http: []\n  hosts:'));
    expect(diagnostics).toMatchObject([
      { severity: 'warning', location: { line: 10, column: 3 }, related: [{ location: { line: 8 } }] },
    ]);
  });

  it('recognises pointers of Git LFS, and Istio objects without a name', () => {
    expect(
      read('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n').diagnostics[0]?.message,
    ).toContain('LFS');
    expect(
      read('apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {generateName: a-}\n').diagnostics,
    ).toMatchObject([{ severity: 'warning', location: { line: 3 } }]);
  });
});

describe('a merge conflict', () => {
  it('is told as one, at the line where it begins', () => {
    const [head, ours, theirs] = [weights.replace('weight: 90', '<'), 'weight: 90', 'weight: 80'];
    const marked = head.replace(
      '          <',
      `<<<<<<< HEAD\n          ${ours}\n=======\n          ${theirs}\n>>>>>>> other`,
    );
    const { diagnostics, resources } = read(marked);
    expect(resources).toEqual([]);
    expect(diagnostics).toMatchObject([
      { severity: 'error', message: 'a merge conflict that is not resolved', location: { line: 13, column: 1 } },
    ]);
  });
});
