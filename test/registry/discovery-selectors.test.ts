import { describe, expect, it } from 'vitest';
import { matchesSelector } from '../../src/registry/discovery-selectors.ts';
import { meshOf } from '../support/mesh.ts';

describe('discovery selectors', () => {
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

  it('leave out the objects of other namespaces', () => {
    const mesh = { discoverySelectors: [{ matchLabels: { mesh: 'on' } }] };
    const registry = meshOf(yaml, { mesh });
    expect(registry.services.map(({ namespace }) => namespace)).toEqual(['on']);
    expect(registry.namespace('off')).toBeDefined();
  });

  it('select everything where there is none', () => {
    expect(meshOf(yaml).services).toHaveLength(2);
  });

  it.each([
    [{ matchLabels: { a: '1' } }, true],
    [{ matchLabels: { a: '2' } }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, true],
    [{ matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['1'] }] }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, false],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'Exists' },
          { key: 'b', operator: 'DoesNotExist' },
        ],
      },
      true,
    ],
    [{ matchExpressions: [{ key: 'b', operator: 'Exists' }] }, false],
    [{}, true],
  ])('%j matches {a: 1}: %s', (selector, matches) => {
    expect(matchesSelector(selector, { a: '1' })).toBe(matches);
  });
});
