import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { meshOf } from '../support/mesh.ts';

const yaml = (exportTo: string) => `---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: shop}
spec: {hosts: [a.example], ports: [{name: http, number: 80, protocol: HTTP}], exportTo: ${exportTo}}
`;

const exported = (settings: JsonObject, exportTo = '["*"]') => [
  ...(meshOf(yaml(exportTo), { version: '1.32.0', mesh: { serviceEntryVisibility: settings } }).services[0]?.exportTo ??
    []),
];

describe('the visibility of ServiceEntries', () => {
  const policies = [
    { matchingRules: [{ namespaceSelector: { matchLabels: { team: 'a' } } }], visibility: 'NAMESPACE' },
  ];

  it('is narrowed by the first policy that matches, else by the default', () => {
    expect(exported({ applyToSidecars: true, policies })).toEqual(['shop']);
    expect(exported({ applyToSidecars: true, policies }, '[other]')).toEqual(['~']);
    expect(exported({ applyToSidecars: true, defaultVisibility: 'NONE' })).toEqual(['~']);
    expect(exported({ applyToSidecars: true, policies: [], defaultVisibility: 'PUBLIC' })).toEqual(['*']);
  });

  it('is as declared where the mesh does not apply it to sidecars', () => {
    expect(exported({ policies })).toEqual(['*']);
    expect(exported({ applyToSidecars: true, policies }, '["~"]')).toEqual(['~']);
  });
});
