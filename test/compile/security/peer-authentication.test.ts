import { describe, expect, it } from 'vitest';
import { mtlsMode, namespaceMtlsMode } from '../../../src/compile/security/peer-authentication.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { derive, originsAt } from '../../../src/model/provenance.ts';
import type { Registry } from '../../../src/registry/types.ts';
import { toResource } from '../../../src/source/object.ts';

function policy(namespace: string, name: string, spec: JsonObject) {
  return toResource(
    { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace }, spec },
    'api',
  );
}

function registryOf(...resources: ReturnType<typeof policy>[]): Registry {
  return { mesh: { rootNamespace: 'istio-system' }, resources: () => resources } as unknown as Registry;
}

const mode = (registry: Registry, labels: Record<string, string> = {}, port = 80) =>
  mtlsMode(registry, 'shop', labels, port).mode;

describe('mtlsMode', () => {
  it('is permissive without a policy', () => {
    expect(mode(registryOf())).toBe('PERMISSIVE');
  });

  it('takes the narrowest scope that sets a mode', () => {
    const mesh = policy('istio-system', 'mesh', { mtls: { mode: 'STRICT' } });
    const unset = policy('shop', 'namespace', { mtls: { mode: 'UNSET' } });
    const workload = policy('shop', 'a', { selector: { matchLabels: { app: 'a' } }, mtls: { mode: 'DISABLE' } });
    const registry = registryOf(mesh, unset, workload);
    expect(mode(registry)).toBe('STRICT');
    expect(mode(registry, { app: 'a' })).toBe('DISABLE');
    expect(mtlsMode(registry, 'elsewhere', { app: 'a' }, 80).mode).toBe('STRICT');
  });

  it('uses the oldest of a scope alone', () => {
    const first = policy('shop', 'z-first', {});
    const second = policy('shop', 'a-second', { mtls: { mode: 'STRICT' } });
    expect(mode(registryOf(first, second))).toBe('PERMISSIVE');
    expect(mode(registryOf(second, first))).toBe('STRICT');
  });

  it('sets ports only by a policy with a selector, UNSET inheriting', () => {
    const ports = { '80': { mode: 'DISABLE' }, '81': { mode: 'UNSET' } };
    const namespaceWide = policy('shop', 'n', { mtls: { mode: 'STRICT' }, portLevelMtls: ports });
    const workload = policy('shop', 'w', { selector: { matchLabels: { app: 'a' } }, portLevelMtls: ports });
    expect(mode(registryOf(namespaceWide))).toBe('STRICT');
    const registry = registryOf(namespaceWide, workload);
    expect(mode(registry, { app: 'a' }, 80)).toBe('DISABLE');
    expect(mode(registry, { app: 'a' }, 81)).toBe('STRICT');
    expect(mode(registry, { app: 'b' }, 80)).toBe('STRICT');
  });

  it('ignores a policy with a selector in the root namespace', () => {
    const workload = policy('istio-system', 'w', { selector: { matchLabels: { app: 'a' } }, mtls: { mode: 'STRICT' } });
    expect(mode(registryOf(workload), { app: 'a' })).toBe('PERMISSIVE');
    expect(mtlsMode(registryOf(workload), 'istio-system', { app: 'a' }, 80).mode).toBe('PERMISSIVE');
  });

  it('names the key that set the mode', () => {
    const workload = policy('shop', 'w', {
      selector: { matchLabels: { app: 'a' } },
      portLevelMtls: { '80': { mode: 'DISABLE' } },
    });
    const { source } = mtlsMode(registryOf(workload), 'shop', { app: 'a' }, 80);
    expect(originsAt(derive({}, source), [])).toEqual([
      { resource: workload, path: ['spec', 'portLevelMtls', '80', 'mode'] },
    ]);
  });
});

describe('namespaceMtlsMode', () => {
  it('is unknown without a policy, the namespace before the mesh', () => {
    const mesh = policy('istio-system', 'mesh', { mtls: { mode: 'STRICT' } });
    const own = policy('shop', 'own', { mtls: { mode: 'DISABLE' } });
    expect(namespaceMtlsMode(registryOf(), 'shop')).toBeUndefined();
    expect(namespaceMtlsMode(registryOf(mesh, own), 'shop')?.mode).toBe('DISABLE');
    expect(namespaceMtlsMode(registryOf(mesh, own), 'other')?.mode).toBe('STRICT');
    expect(namespaceMtlsMode(registryOf(policy('istio-system', 'm', {})), 'shop')?.mode).toBe('PERMISSIVE');
  });
});
