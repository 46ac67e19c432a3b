import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { emptyType, readSpec, type Type } from './declarations.ts';

/** A kind whose fields are listed. */
export interface Kind {
  group: string;
  kind: string;
  /** Where the packages declare it; '' where they do not and all fields stand in `added`. */
  declared: string;
  /** Fields of newer versions than the packages', by their path: `spec.a[].b`, `{}` for a map. */
  added: readonly string[];
}

const keepAlive = (at: string) => [`${at}.http2KeepAlive.interval`, `${at}.http2KeepAlive.timeout`];
const trafficPolicy = (at: string) => [
  ...keepAlive(`${at}.connectionPool.http`),
  `${at}.outlierDetection.outlierDetectionHttpErrorCodes[]`,
  ...['enabled', 'minClusterSize', 'failoverPriority[]', 'failover[].from', 'failover[].to'].map(
    (field) => `${at}.loadBalancer.zoneAwareLbSetting.${field}`,
  ),
  ...[
    'errorUtilizationPenaltyPercent',
    'metricNamesForComputingUtilization[]',
    'weightExpirationPeriod',
    'weightStabilizationPeriod',
    'weightUpdatePeriod',
  ].map((field) => `${at}.loadBalancer.backendUtilization.${field}`),
];
const serverTls = (at: string) => [`${at}.ecdhCurves[]`, `${at}.insecureSkipVerify`];

const networking = (kind: string, added: readonly string[] = [], version = 'v1'): Kind => ({
  group: 'networking.istio.io',
  kind,
  declared: `@kubernetes-models/istio/networking.istio.io/${version}`,
  added,
});
const other = (group: string, kind: string, version: string, added: readonly string[] = []): Kind => ({
  group,
  kind,
  declared: `@kubernetes-models/istio/${group}/${version}`,
  added,
});
const gatewayApi = (kind: string, version = 'v1'): Kind => ({
  group: 'gateway.networking.k8s.io',
  kind,
  declared: `@kubernetes-models/gateway-api/gateway.networking.k8s.io/${version}`,
  added: [],
});

export const kinds: readonly Kind[] = [
  networking('VirtualService', ['spec.http[].redirect.prefixRewrite']),
  networking('DestinationRule', [
    ...['spec.trafficPolicy', 'spec.subsets[].trafficPolicy'].flatMap((at) => [
      ...trafficPolicy(at),
      ...trafficPolicy(`${at}.portLevelSettings[]`),
      `${at}.retryBudget.budgetInterval`,
    ]),
  ]),
  networking('Gateway', serverTls('spec.servers[].tls')),
  networking('ServiceEntry'),
  networking('Sidecar', [
    ...keepAlive('spec.inboundConnectionPool.http'),
    ...keepAlive('spec.ingress[].connectionPool.http'),
    ...serverTls('spec.ingress[].tls'),
  ]),
  networking('EnvoyFilter', ['spec.configPatches[].match.listener.filterChain.transportSocket'], 'v1alpha3'),
  networking('WorkloadEntry'),
  networking('WorkloadGroup'),
  networking('ProxyConfig', [], 'v1beta1'),
  other('security.istio.io', 'PeerAuthentication', 'v1'),
  other('security.istio.io', 'RequestAuthentication', 'v1', ['spec.jwtRules[].presence']),
  other('security.istio.io', 'AuthorizationPolicy', 'v1', [
    'spec.rules[].from[].source.trustDomains[]',
    'spec.rules[].from[].source.notTrustDomains[]',
  ]),
  other('telemetry.istio.io', 'Telemetry', 'v1', ['spec.tracing[].disableContextPropagation']),
  other('extensions.istio.io', 'WasmPlugin', 'v1alpha1'),
  {
    group: 'extensions.istio.io',
    kind: 'TrafficExtension',
    declared: '',
    added: [
      'spec.selector.matchLabels{}',
      ...['group', 'kind', 'name', 'namespace'].map((field) => `spec.targetRefs[].${field}`),
      'spec.match[].mode',
      'spec.match[].ports[].number',
      'spec.phase',
      'spec.priority',
      'spec.lua.inlineCode',
      ...[
        'failStrategy',
        'imagePullPolicy',
        'imagePullSecret',
        'pluginConfig',
        'pluginName',
        'sha256',
        'type',
        'url',
      ].map((field) => `spec.wasm.${field}`),
      'spec.wasm.verificationKey',
      ...['name', 'value', 'valueFrom'].map((field) => `spec.wasm.vmConfig.env[].${field}`),
    ],
  },
  gatewayApi('Gateway'),
  gatewayApi('HTTPRoute'),
  gatewayApi('GRPCRoute'),
  gatewayApi('TLSRoute'),
  gatewayApi('TCPRoute', 'v1alpha2'),
  gatewayApi('ReferenceGrant'),
];

/** The type of a kind's `spec`: what the package declares, and what was added. */
export function specOf(kind: Kind): Type {
  const resolve = createRequire(import.meta.url).resolve;
  const [scope, name, ...rest] = kind.declared.split('/');
  const spec =
    kind.declared === ''
      ? emptyType()
      : readSpec(join(dirname(resolve(`${scope}/${name}/package.json`)), ...rest, `${kind.kind}.d.ts`), kind.kind);
  for (const path of kind.added) {
    let type = spec;
    for (const step of path.split('.').slice(1)) {
      const field = step.replace(/\[\]|\{\}/g, '');
      let next = type.fields.get(field);
      if (!next) {
        next = { ...emptyType(), list: step.endsWith('[]'), map: step.endsWith('{}') };
        type.fields.set(field, next);
      }
      type = next;
    }
  }
  return spec;
}

/** All paths of a kind that have no field below: `spec.http[].timeout`, with their types. */
export function leafPaths(spec: Type): Map<string, Type> {
  const found = new Map<string, Type>();
  const visit = (type: Type, path: string): void => {
    const at = `${path}${type.map ? '{}' : ''}${type.list ? '[]' : ''}`;
    if (type.fields.size === 0) found.set(at, type);
    for (const [name, field] of type.fields) visit(field, `${at}.${name}`);
  };
  visit(spec, 'spec');
  return found;
}
