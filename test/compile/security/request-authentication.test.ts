import { describe, expect, it } from 'vitest';
import { authenticationFilters } from '../../../src/compile/security/index.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import type { MeshOptions } from '../../support/mesh.ts';
import { meshOf, podYaml, proxyOf } from '../../support/mesh.ts';

function policy(name: string, jwtRules: object[], namespace = 'shop'): string {
  const spec = { jwtRules };
  const metadata = { name, namespace };
  return `---\n${JSON.stringify({ apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata, spec })}\n`;
}

const keys = `
---
apiVersion: v1
kind: Service
metadata: {name: keys, namespace: shop}
spec: {clusterIP: 10.1.0.1, ports: [{name: http, port: 80}]}
`;

function jwt(policies: string, options?: MeshOptions, gateway = false) {
  const registry = meshOf(podYaml('shop/a-1', { gateway }) + keys + policies, options);
  return authenticationFilters(proxyOf(registry, 'shop/a-1'), registry)[0]?.['typed_config'];
}

describe('authenticationFilters', () => {
  it('is empty without a rule', () => {
    expect(jwt('')).toBeUndefined();
    expect(jwt(policy('empty', []))).toBeUndefined();
    expect(jwt(policy('elsewhere', [{ issuer: 'a', jwks: '{}' }], 'other'))).toBeUndefined();
  });

  it('writes a rule as a provider', () => {
    const rule = {
      issuer: 'https://id',
      audiences: ['x'],
      jwks: '{"keys":[]}',
      fromHeaders: [{ name: 'x-token', prefix: 'T ' }, { name: 'plain' }],
      fromParams: ['t'],
      fromCookies: ['c'],
      forwardOriginalToken: true,
      outputPayloadToHeader: 'x-payload',
      outputClaimToHeaders: [{ header: 'x-sub', claim: 'sub' }],
      spaceDelimitedClaims: ['roles', 'scope'],
    };
    const config = jwt(policy('p', [rule]));
    expect(config.providers).toEqual({
      'origins-0': {
        issuer: 'https://id',
        audiences: ['x'],
        local_jwks: { inline_string: '{"keys":[]}' },
        from_headers: [{ name: 'x-token', value_prefix: 'T ' }, { name: 'plain' }],
        from_params: ['t'],
        from_cookies: ['c'],
        forward: true,
        forward_payload_header: 'x-payload',
        claim_to_headers: [{ header_name: 'x-sub', claim_name: 'sub' }],
        payload_in_metadata: 'payload',
        normalize_payload_in_metadata: { space_delimited_claims: ['permission', 'roles', 'scope'] },
      },
    });
    expect(config.rules[0].requires).toEqual({
      requires_any: { requirements: [{ provider_name: 'origins-0' }, { allow_missing: {} }] },
    });
  });

  it('orders the providers of all policies by issuer and requires each token to be valid', () => {
    const config = jwt(
      policy('own', [{ issuer: 'b', jwks: '{}' }]) + policy('root', [{ issuer: 'a', jwks: '{}' }], 'istio-system'),
    );
    expect(config.providers['origins-0'].issuer).toBe('a');
    expect(config.rules[0].requires.requires_any.requirements).toHaveLength(3);
  });

  it('clears the route cache of a gateway, whose routes may match claims', () => {
    const rules = policy('p', [{ issuer: 'a', jwks: '{}' }]);
    expect(jwt(rules).providers['origins-0'].clear_route_cache).toBeUndefined();
    expect(jwt(rules, {}, true).providers['origins-0'].clear_route_cache).toBe(true);
  });
});

describe('remote keys', () => {
  const uri = 'http://keys.shop.svc.cluster.local/jwks';
  const source = (rule: object, mode?: string) => {
    const environment: Record<string, string> = mode ? { PILOT_JWT_ENABLE_REMOTE_JWKS: mode } : {};
    return jwt(policy('p', [{ issuer: 'https://id', ...rule }]), { environment }).providers['origins-0'];
  };

  it('are unknown where istiod fetches them', () => {
    const fetched = source({ jwksUri: uri }).local_jwks.inline_string;
    expect(fetched).toBeInstanceOf(Unknown);
    expect(fetched.reason).toContain(uri);
    expect(source({}).local_jwks.inline_string.reason).toContain('https://id');
  });

  it('are fetched by Envoy where istiod says so and knows the service', () => {
    expect(source({ jwksUri: uri, timeout: '3s' }, 'hybrid').remote_jwks).toEqual({
      http_uri: { uri, cluster: 'outbound|80||keys.shop.svc.cluster.local', timeout: '3s' },
      cache_duration: '300s',
    });
    const foreign = 'https://keys.example:8443/jwks';
    expect(source({ jwksUri: foreign }, 'hybrid').local_jwks.inline_string).toBeInstanceOf(Unknown);
    expect(source({ jwksUri: foreign }, 'envoy').remote_jwks.http_uri.cluster).toBe('outbound|8443||keys.example');
  });
});
