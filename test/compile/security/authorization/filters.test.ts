import { describe, expect, it } from 'vitest';
import { authorizationFilters } from '../../../../src/compile/security/index.ts';
import type { Filter } from '../../../../src/model/envoy.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import { originsAt } from '../../../../src/model/provenance.ts';
import { meshOf, podYaml, proxyOf } from '../../../support/mesh.ts';

const authorizer = `
---
apiVersion: v1
kind: Service
metadata: {name: authorizer, namespace: auth}
spec: {clusterIP: 10.1.0.1, ports: [{name: http, port: 8000}]}
`;

const providers: JsonObject[] = [
  {
    name: 'by-http',
    envoyExtAuthzHttp: {
      service: 'authorizer.auth.svc.cluster.local',
      port: 8000,
      statusOnError: '503',
      pathPrefix: '/check',
      includeRequestHeadersInCheck: ['x-a', 'x-b-*', '*-c'],
    },
  },
  {
    name: 'by-grpc',
    envoyExtAuthzGrpc: { service: 'auth/authorizer.auth.svc.cluster.local', port: 8000, timeout: '2s' },
  },
  { name: 'nowhere', envoyExtAuthzGrpc: { service: 'nobody.example', port: 8000 } },
];

function policy(name: string, spec: object, { namespace = 'shop', annotations = {} } = {}): string {
  const metadata = { name, namespace, annotations };
  return `---\n${JSON.stringify({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec })}\n`;
}

function filtersOf(policies: string, layer: 'http' | 'tcp' = 'http', version = '1.29.0', environment = {}) {
  const pod = podYaml('shop/a-1', { labels: { app: 'a' } });
  const mesh = { extensionProviders: providers };
  const registry = meshOf(pod + authorizer + policies, { version, mesh, environment });
  return authorizationFilters(proxyOf(registry, 'shop/a-1'), registry, layer);
}

const rbac = (filter: Filter | undefined) => filter?.['typed_config'];
const rules = [{ to: [{ operation: { ports: ['80'] } }] }];

describe('local actions', () => {
  it('stand in the order AUDIT, DENY, ALLOW, the root namespace first within each', () => {
    const { local, custom } = filtersOf(
      policy('allow', { rules }) +
        policy('deny', { action: 'DENY', rules }) +
        policy('audit', { action: 'AUDIT', rules }) +
        policy('deny-root', { action: 'DENY', rules }, { namespace: 'istio-system' }),
    );
    expect(custom).toEqual([]);
    expect(local.map((filter) => rbac(filter).rules.action)).toEqual(['LOG', 'DENY', 'ALLOW']);
    expect(Object.keys(rbac(local[1]).rules.policies)).toEqual([
      'ns[istio-system]-policy[deny-root]-rule[0]',
      'ns[shop]-policy[deny]-rule[0]',
    ]);
  });

  it('never match without rules, and always by an empty rule', () => {
    const [deny, allow] = filtersOf(policy('none', {}) + policy('all', { action: 'DENY', rules: [{}] })).local;
    expect(rbac(allow).rules.policies['ns[shop]-policy[none]-rule[0]']).toEqual({
      permissions: [{ not_rule: { any: true } }],
      principals: [{ not_id: { any: true } }],
    });
    expect(rbac(deny).rules.policies['ns[shop]-policy[all]-rule[0]']).toEqual({
      permissions: [{ and_rules: { rules: [{ any: true }] } }],
      principals: [{ and_ids: { ids: [{ any: true }] } }],
    });
  });

  it('keep rules to try apart from those in force', () => {
    const dry = { annotations: { 'istio.io/dry-run': 'true' } };
    const [deny, allow] = filtersOf(
      policy('try', { action: 'DENY', rules }, dry) + policy('try-allow', { rules }, dry) + policy('allow', { rules }),
    ).local;
    expect(rbac(deny).rules).toBeUndefined();
    expect(Object.keys(rbac(deny).shadow_rules.policies)).toEqual(['ns[shop]-policy[try]-rule[0]']);
    expect(rbac(deny).shadow_rules_stat_prefix).toBe('istio_dry_run_deny_');
    expect(Object.keys(rbac(allow).rules.policies)).toEqual(['ns[shop]-policy[allow]-rule[0]']);
    expect(Object.keys(rbac(allow).shadow_rules.policies)).toEqual(['ns[shop]-policy[try-allow]-rule[0]']);
  });

  it('select workloads by labels and ignore policies for Gateways', () => {
    const { local } = filtersOf(
      policy('other', { selector: { matchLabels: { app: 'b' } }, rules }) +
        policy('target', { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'a' }], rules }),
    );
    expect(local).toEqual([]);
  });

  it('deny all of TCP where an ALLOW policy speaks of HTTP only', () => {
    const [allow] = filtersOf(
      policy('http-only', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
      'tcp',
    ).local;
    expect(allow?.name).toBe('envoy.filters.network.rbac');
    expect(rbac(allow)).toMatchObject({ stat_prefix: 'tcp.', rules: { policies: {} } });
  });

  it('lead from a value back to the key in the policy', () => {
    const [filter] = filtersOf(policy('p', { rules: [{ from: [{ source: { principals: ['x', 'y'] } }] }] })).local;
    const path = [
      'typed_config',
      'rules',
      'policies',
      'ns[shop]-policy[p]-rule[0]',
      'principals',
      0,
      'and_ids',
      'ids',
      0,
    ];
    const [origin] = originsAt(filter, [...path, 'or_ids', 'ids', 1, 'authenticated', 'principal_name', 'exact']);
    expect(origin?.path).toEqual(['spec', 'rules', 0, 'from', 0, 'source', 'principals', 1]);
  });
});

describe('CUSTOM', () => {
  const custom = (name: string, provider: string) =>
    policy(name, { action: 'CUSTOM', provider: { name: provider }, rules });

  it('evaluates in RBAC and asks the provider by what RBAC left', () => {
    const [shadow, external] = filtersOf(custom('ask', 'by-http')).custom;
    expect(rbac(shadow).rules).toBeUndefined();
    expect(Object.keys(rbac(shadow).shadow_rules.policies)).toEqual(['istio-ext-authz-ns[shop]-policy[ask]-rule[0]']);
    expect(rbac(shadow).shadow_rules_stat_prefix).toBe('istio_ext_authz_');
    expect(rbac(external)).toMatchObject({
      http_service: {
        server_uri: {
          uri: 'http://authorizer.auth.svc.cluster.local',
          cluster: 'outbound|8000||authorizer.auth.svc.cluster.local',
          timeout: '600s',
        },
        path_prefix: '/check',
      },
      status_on_error: { code: 'ServiceUnavailable' },
      allowed_headers: {
        patterns: [
          { exact: 'x-a', ignore_case: true },
          { prefix: 'x-b-', ignore_case: true },
          { suffix: '-c', ignore_case: true },
        ],
      },
      filter_enabled_metadata: { value: { string_match: { prefix: 'istio-ext-authz' } } },
    });
  });

  it('asks only gRPC providers about TCP', () => {
    expect(filtersOf(custom('ask', 'by-http'), 'tcp').custom).toEqual([]);
    const [shadow, external] = filtersOf(custom('ask', 'by-grpc'), 'tcp').custom;
    expect([shadow?.name, external?.name]).toEqual(['envoy.filters.network.rbac', 'envoy.filters.network.ext_authz']);
    expect(rbac(external).grpc_service).toEqual({
      envoy_grpc: {
        cluster_name: 'outbound|8000||authorizer.auth.svc.cluster.local',
        authority: 'authorizer.auth.svc.cluster.local',
      },
      timeout: '2s',
    });
  });

  it.each(['nowhere', 'not-declared'])('denies where the provider %s cannot be asked', (provider) => {
    const filters = filtersOf(custom('ask', provider)).custom;
    expect(filters.map((filter) => rbac(filter).rules.action)).toEqual(['DENY']);
    expect(Object.keys(rbac(filters[0]).rules.policies)).toEqual([
      'istio-ext-authz-ns[shop]-policy[ask]-rule[0]-deny-due-to-bad-CUSTOM-action',
    ]);
  });

  it('names the provider in rules from 1.32 on', () => {
    const [shadow, external] = filtersOf(custom('ask', 'by-grpc'), 'http', '1.32.0').custom;
    expect(Object.keys(rbac(shadow).shadow_rules.policies)).toEqual([
      'istio-ext-authz-by-grpc-ns[shop]-policy[ask]-rule[0]',
    ]);
    expect(rbac(external).filter_enabled_metadata.value.string_match.prefix).toBe('istio-ext-authz-by-grpc');
  });

  it('serves several providers only where istiod was told to', () => {
    const policies = custom('one', 'by-http') + custom('two', 'by-grpc');
    const names = (version: string, environment = {}) =>
      filtersOf(policies, 'http', version, environment).custom.map((filter) => filter.name.split('.').at(-1));
    expect(names('1.29.0')).toEqual(['rbac']);
    expect(names('1.32.0')).toEqual(['rbac', 'rbac']);
    const allowed = { PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: 'true' };
    expect(names('1.32.0', allowed)).toEqual(['rbac', 'ext_authz', 'rbac', 'ext_authz']);
  });
});
