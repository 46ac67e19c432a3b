import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { toResource } from '../../src/source/object.ts';
import { ownershipBy } from '../../src/source/ownership.ts';

const object = (apiVersion: string, kind: string, metadata: JsonObject = {}, spec: JsonObject = {}) =>
  toResource({ apiVersion, kind, metadata: { name: 'x', namespace: 'shop', ...metadata }, spec }, 'api');
const istio = (kind: string, metadata?: JsonObject) => object('networking.istio.io/v1', kind, metadata);

describe('without rules', () => {
  const ownership = ownershipBy();

  it.each([
    istio('VirtualService'),
    istio('EnvoyFilter', { namespace: 'istio-system' }),
    object('security.istio.io/v1', 'PeerAuthentication'),
    object('telemetry.istio.io/v1', 'Telemetry'),
    object('extensions.istio.io/v1alpha1', 'WasmPlugin'),
    object('gateway.networking.k8s.io/v1', 'HTTPRoute'),
    istio('WorkloadEntry'),
  ])('Git answers for $kind', (resource) => {
    expect(ownership(resource).owned).toBe(true);
  });

  it.each([
    [object('v1', 'Service'), 'Git does not answer for Service'],
    [
      istio('VirtualService', { ownerReferences: [{ kind: 'Canary', name: 'web', controller: true }] }),
      'made by Canary web',
    ],
    [istio('Gateway', { namespace: 'kube-system' }), 'made by Kubernetes'],
    [
      istio('EnvoyFilter', { labels: { 'install.operator.istio.io/owning-resource': 'x' } }),
      "made by Istio's installation",
    ],
    [istio('WorkloadEntry', { annotations: { 'istio.io/autoRegistrationGroup': 'g' } }), 'made by istiod'],
    [
      object(
        'gateway.networking.k8s.io/v1',
        'GatewayClass',
        { namespace: '' },
        { controllerName: 'istio.io/gateway-controller' },
      ),
      'made by istiod',
    ],
  ])('and not for what programs make: %#', (resource, reason) => {
    expect(ownership(resource)).toEqual({ owned: false, reason });
  });
});

describe('with rules', () => {
  it('kinds may be of any group, of one group, or excluded', () => {
    const owned = (kinds: string[], resource = istio('Gateway')) => ownershipBy({ kinds })(resource).owned;
    expect(owned(['Gateway'])).toBe(true);
    expect(owned(['networking.istio.io/*'])).toBe(true);
    expect(owned(['networking.istio.io/*', '!Gateway'])).toBe(false);
    expect(owned(['gateway.networking.k8s.io/Gateway'])).toBe(false);
    expect(owned(['Service'], object('v1', 'Service'))).toBe(true);
  });

  it('says why', () => {
    const ownership = ownershipBy({ namespaces: ['shop'], selector: 'a=b' }, (labels) => labels['a'] === 'b');
    expect(ownership(istio('Gateway', { namespace: 'dev' })).reason).toBe('Git does not answer for namespace dev');
    expect(ownership(istio('Gateway')).reason).toBe('its labels do not match a=b');
    expect(ownership(istio('Gateway', { labels: { a: 'b' } }))).toEqual({
      owned: true,
      reason: 'Git answers for namespace shop, labels a=b',
    });
  });
});
