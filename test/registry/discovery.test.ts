import { describe, expect, it } from 'vitest';
import { meshOf } from '../support/mesh.ts';

describe('what istiod looks at', () => {
  const yaml = ['on', 'off']
    .map(
      (namespace) => `---
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: {mesh: "${namespace}"}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: ${namespace}}
spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}
`,
    )
    .join('');

  it('leaves out the objects of namespaces that are not selected', () => {
    const mesh = { discoverySelectors: [{ matchLabels: { mesh: 'on' } }] };
    const registry = meshOf(yaml, { mesh });
    expect(registry.services.map(({ namespace }) => namespace)).toEqual(['on']);
    expect(registry.namespace('off')).toBeDefined();
  });

  it('is everything without selectors', () => {
    expect(meshOf(yaml).services).toHaveLength(2);
  });

  it('leaves out config of another revision', () => {
    const rule = (name: string, labels: string) => `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: on, labels: ${labels}}
spec: {host: cart}
`;
    const rules = rule('a', '{}') + rule('b', '{istio.io/rev: canary}') + rule('c', '{istio.io/rev: default}');
    const names = (environment: Record<string, string>) =>
      meshOf(rules, { environment })
        .resources('DestinationRule')
        .map(({ metadata }) => metadata.name);
    expect(names({ REVISION: 'default' })).toEqual(['a', 'c']);
    expect(names({})).toEqual(['a', 'b', 'c']);
  });
});
