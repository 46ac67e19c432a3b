import type { Cases } from './types.ts';

const rule = (rest: string): string => `{rules: [{${rest}}]}`;
const source = (rest: string): string => rule(`from: [{source: {${rest}}}]`);
const paths = (path: string): string => rule(`to: [{operation: {paths: ["${path}"]}}]`);
const when = (rest: string): string => rule(`when: [{${rest}}]`);
const jwt = (rest: string): string => `{jwtRules: [{issuer: a, ${rest}}]}`;
const patch = (rest: string): string => `{configPatches: [{${rest}}]}`;

/** policies, and what is patched and extended. */
export const policies: Record<string, Cases> = {
  EnvoyFilter: {
    refused: [
      ['{workloadSelector: {labels: {a: "b*"}}}', 'spec.workloadSelector.labels.a'],
      [patch('patch: {operation: REMOVE}'), 'spec.configPatches[0]'],
      [patch('applyTo: CLUSTER'), 'spec.configPatches[0]'],
      [patch('applyTo: CLUSTER, patch: {value: {}}'), 'spec.configPatches[0].patch'],
      [patch('applyTo: CLUSTER, patch: {operation: MERGE}'), 'spec.configPatches[0].patch'],
      [
        patch('applyTo: CLUSTER, match: {proxy: {proxyVersion: "(?!a)"}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.proxy.proxyVersion',
      ],
      [
        patch('applyTo: CLUSTER, match: {listener: {}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.listener',
      ],
      [
        patch('applyTo: HTTP_ROUTE, match: {cluster: {}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.cluster',
      ],
      [
        patch('applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {}}}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.listener.filterChain.filter',
      ],
      [
        patch(
          'applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {name: a, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
        ),
        'spec.configPatches[0].match.listener.filterChain.filter.name',
      ],
      [
        patch(
          'applyTo: NETWORK_FILTER, match: {listener: {filterChain: {filter: {name: a, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
        ),
        'spec.configPatches[0].match.listener.filterChain.filter.subFilter',
      ],
    ],
    taken: [
      patch('applyTo: CLUSTER, match: {cluster: {}}, patch: {operation: REMOVE}'),
      patch('applyTo: BOOTSTRAP, match: {listener: {}}, patch: {operation: MERGE, value: {}}'),
      patch('match: {context: WAYPOINT}'),
      patch(
        'applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
      ),
    ],
  },
  AuthorizationPolicy: {
    refused: [
      ['{action: DENY}', 'spec'],
      ['{action: CUSTOM, rules: [{}]}', 'spec'],
      ['{provider: {name: a}}', 'spec.provider'],
      [
        '{action: CUSTOM, provider: {name: a}, rules: [{from: [{source: {principals: [a]}}], when: [{key: "request.auth.claims[a]", values: [b]}]}]}',
        'spec.rules[0].from[0].source.principals',
        'spec.rules[0].when[0].key',
      ],
      ['{selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}]}', 'spec.targetRefs'],
      [
        '{targetRefs: [{kind: Pod, namespace: b}]}',
        'spec.targetRefs[0]',
        'spec.targetRefs[0].namespace',
        'spec.targetRefs[0]',
      ],
      [rule('from: [{}], to: [{}]'), 'spec.rules[0].from[0]', 'spec.rules[0].to[0]'],
      [
        rule('from: [{source: {}}], to: [{operation: {}}]'),
        'spec.rules[0].from[0].source',
        'spec.rules[0].to[0].operation',
      ],
      [
        source('principals: [""], ipBlocks: [10.0.0.0/33, a]'),
        'spec.rules[0].from[0].source.principals[0]',
        'spec.rules[0].from[0].source.ipBlocks[0]',
        'spec.rules[0].from[0].source.ipBlocks[1]',
      ],
      [
        source('serviceAccounts: ["a*"], namespaces: [b]'),
        'spec.rules[0].from[0].source.serviceAccounts',
        'spec.rules[0].from[0].source.serviceAccounts[0]',
      ],
      [rule('to: [{operation: {ports: ["65536"]}}]'), 'spec.rules[0].to[0].operation.ports[0]'],
      [paths('/{**}/{*}'), 'spec.rules[0].to[0].operation.paths[0]'],
      [paths('/a{b}'), 'spec.rules[0].to[0].operation.paths[0]'],
      [when('values: [a]'), 'spec.rules[0].when[0]'],
      [when('key: source.ip'), 'spec.rules[0].when[0]'],
      [when('key: source.ip, values: [a]'), 'spec.rules[0].when[0].values[0]'],
      [when('key: request.headers, values: [a]'), 'spec.rules[0].when[0].key'],
      [when('key: "destination.labels[a]", values: [a]'), 'spec.rules[0].when[0].key'],
    ],
    taken: [
      '{}',
      '{action: DENY, rules: [{}]}',
      '{action: CUSTOM, provider: {name: a}, rules: [{when: [{key: source.ip, values: [::1]}]}]}',
      '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}]}',
      source('serviceAccounts: [a/b], ipBlocks: ["::/0"]'),
      paths('/{*}/a/{**}'),
      paths('/a*'),
      when('key: "request.headers[a]", notValues: [b]'),
    ],
  },
  RequestAuthentication: {
    refused: [
      ['{jwtRules: [{}]}', 'spec.jwtRules[0]'],
      [
        jwt('audiences: [""], fromParams: [""], fromHeaders: [{prefix: a}]'),
        'spec.jwtRules[0].audiences[0]',
        'spec.jwtRules[0].fromParams[0]',
        'spec.jwtRules[0].fromHeaders[0]',
      ],
      [jwt('jwksUri: "ftp://a"'), 'spec.jwtRules[0].jwksUri'],
      [jwt('jwksUri: "https://a:b/"'), 'spec.jwtRules[0].jwksUri'],
      [jwt('jwks: "{}"'), 'spec.jwtRules[0].jwks'],
      [jwt('jwks: \'{"keys": [{"kty": "RSA", "n": "AQAB"}]}\''), 'spec.jwtRules[0].jwks'],
      [
        jwt('outputClaimToHeaders: [{claim: a}, {claim: a, header: "x y"}]'),
        'spec.jwtRules[0].outputClaimToHeaders[0]',
        'spec.jwtRules[0].outputClaimToHeaders[1].header',
      ],
      [jwt('timeout: 0s'), 'spec.jwtRules[0].timeout'],
    ],
    taken: [
      '{}',
      '{jwtRules: [{jwksUri: "https://a:1/b"}]}',
      jwt('jwks: \'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}\''),
    ],
  },
  PeerAuthentication: {
    refused: [
      ['{portLevelMtls: {"80": {mode: STRICT}}}', 'spec.portLevelMtls'],
      ['{selector: {matchLabels: {a: b}}, portLevelMtls: {}}', 'spec.portLevelMtls'],
      ['{selector: {matchLabels: {a: b}}, portLevelMtls: {"65536": {mode: STRICT}}}', 'spec.portLevelMtls.65536'],
      ['{selector: {matchLabels: {"": b}}}', 'spec.selector.matchLabels[""]'],
    ],
    taken: ['{}', '{selector: {matchLabels: {a: b}}, portLevelMtls: {"80": {mode: STRICT}}}'],
  },
  Telemetry: {
    refused: [
      ['{metrics: [{providers: [{}]}]}', 'spec.metrics[0].providers[0]'],
      [
        '{metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: b}, c: {}}}]}]}',
        'spec.metrics[0].overrides[0].tagOverrides.a.value',
        'spec.metrics[0].overrides[0].tagOverrides.c',
      ],
      ['{metrics: [{overrides: [{match: {customMetric: ""}}]}]}', 'spec.metrics[0].overrides[0].match.customMetric'],
      ['{accessLogging: [{filter: {expression: "response.code >="}}]}', 'spec.accessLogging[0].filter.expression'],
      [
        `{accessLogging: [{filter: {expression: "has(request.headers['a'])"}}]}`,
        'spec.accessLogging[0].filter.expression',
      ],
      ['{accessLogging: [{filter: {}}]}', 'spec.accessLogging[0].filter.expression'],
      [
        '{tracing: [{randomSamplingPercentage: 101, customTags: {a: {literal: {}}}}]}',
        'spec.tracing[0].randomSamplingPercentage',
        'spec.tracing[0].customTags.a.literal',
      ],
    ],
    taken: [
      `{accessLogging: [{filter: {expression: "response.code >= 400 && !('a' in request.headers) && has(a.b)"}}]}`,
      '{accessLogging: [{filter: {expression: "has() || has(a, b)"}}]}',
      '{tracing: [{randomSamplingPercentage: 100, customTags: {a: {literal: {value: b}}}}]}',
      '{metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE}, c: {value: d}}}]}]}',
    ],
  },
  WasmPlugin: {
    refused: [
      ['{}', 'spec'],
      ['{url: "ftp://a"}', 'spec.url'],
      ['{url: "a b"}', 'spec.url'],
      ['{url: a/b, sha256: aa}', 'spec.sha256'],
      [
        '{url: a/b, vmConfig: {env: [{name: a}, {name: a}, {name: b, valueFrom: HOST, value: c}, {}]}}',
        'spec.vmConfig.env[2].value',
        'spec.vmConfig.env[3]',
        'spec.vmConfig.env[1].name',
      ],
      ['{url: a/b, match: [{ports: [{number: 65536}]}]}', 'spec.match[0].ports[0].number'],
    ],
    taken: [
      '{url: "oci://a/b:c"}',
      '{url: "a.b/c:d"}',
      `{url: "file:///a", sha256: ${'0a'.repeat(32)}, vmConfig: {env: [{name: a, value: b}]}}`,
    ],
  },
  ProxyConfig: {
    refused: [
      ['{concurrency: -1, selector: {matchLabels: {a: "*"}}}', 'spec.selector.matchLabels.a', 'spec.concurrency'],
    ],
    taken: ['{concurrency: 0, selector: {matchLabels: {a: b}}}'],
  },
};
