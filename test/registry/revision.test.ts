import { describe, expect, it } from 'vitest';
import { meshOf } from '../support/mesh.ts';

const policies = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: everybody, namespace: shop}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: canary, namespace: shop, labels: {istio.io/rev: canary}}
`;

describe('inRevision', () => {
  const names = (revision?: string) => {
    const registry = meshOf(policies, revision === undefined ? {} : { environment: { REVISION: revision } });
    return registry.resources('PeerAuthentication').map((policy) => policy.metadata.name);
  };

  it('leaves out what is labelled for another control plane', () => {
    expect(names('default')).toEqual(['everybody']);
    expect(names('canary')).toEqual(['canary', 'everybody']);
  });

  it('reads all where istiod has no revision', () => {
    expect(names()).toEqual(['canary', 'everybody']);
  });
});
