import type { JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import { serviceHostname } from '../hostname.ts';
import { objects, strings } from '../objects.ts';
import { byGatewayApiPrecedence, type GatewayApiContext, gatewayGroup, internalSuffix, section } from './context.ts';
import { internalResource } from './internal-resource.ts';

/** A policy for one target and host. */
interface Target {
  policy: Resource;
  object: Resource;
  host: string;
  /** Number of the port that the policy is for; undefined: all of them. */
  port: number | undefined;
}

/** The internal rules have no creation time: they are older than any that a person wrote. */
const beforeAll = '0001-01-01T00:00:00Z';

/**
 * BackendTLSPolicies as DestinationRules, one for each target and host (DestinationRuleCollection): of several for one
 * target and port the oldest counts.
 */
export function backendTlsRules(context: GatewayApiContext): Resource[] {
  const policies = [...context.resources.list(`${gatewayGroup}/BackendTLSPolicy`)].sort(byGatewayApiPrecedence);
  const targets = policies.flatMap((policy) => targetsOf(policy, context));
  const groups = Map.groupBy(
    targets,
    ({ object, host }) => `${object.kind}/${object.metadata.namespace}/${object.metadata.name}/${host}`,
  );
  return [...groups.values()].map(destinationRule);
}

function destinationRule(targets: Target[]): Resource {
  const [{ policy, object, host }] = targets as [Target, ...Target[]];
  const { name, namespace } = object.metadata;
  const trafficPolicy: JsonObject = {};
  const byPort = new Map<number, JsonObject>();
  for (const target of targets) {
    const tls = clientTls(target.policy, namespace);
    if (target.port === undefined) trafficPolicy['tls'] ??= tls;
    else if (!byPort.has(target.port))
      byPort.set(target.port, standsFor<JsonObject>({ port: { number: target.port }, tls }, target.policy.spec));
  }
  if (byPort.size > 0)
    trafficPolicy['portLevelSettings'] = [...byPort].sort(([a], [b]) => a - b).map(([, settings]) => settings);
  const spec: JsonObject = { host, trafficPolicy: standsFor(trafficPolicy, policy.spec) };
  const parents = new Set(targets.map((item) => `BackendTLSPolicy/${namespace}.${item.policy.metadata.name}`));
  const suffix = object.kind === 'ServiceEntry' ? `${host.replaceAll('.', '-')}~${internalSuffix}` : internalSuffix;
  const annotations = { 'internal.istio.io/parents': [...parents].join(',') };
  return internalResource(
    'DestinationRule',
    `${name}~${suffix}`,
    standsFor(spec, policy.spec),
    annotations,
    policy,
    beforeAll,
  );
}

/** The hosts and ports of the targets that are there (BackendTLSPolicyCollection). */
function targetsOf(policy: Resource, context: GatewayApiContext): Target[] {
  const { namespace } = policy.metadata;
  return objects(policy.spec['targetRefs']).flatMap((reference): Target[] => {
    const [group, kind, name] = [reference['group'] ?? '', String(reference['kind']), String(reference['name'])];
    const known = (group === '' && kind === 'Service') || (group === 'networking.istio.io' && kind === 'ServiceEntry');
    const object = known ? context.resources.get(String(group), kind, namespace, name) : undefined;
    if (!object) return [];
    const sectionName = reference['sectionName'];
    const port = sectionName ? objects(object.spec['ports']).find((item) => item['name'] === sectionName) : undefined;
    if (sectionName && !port) return [];
    const hosts =
      kind === 'Service' ? [serviceHostname(name, namespace, context.domainSuffix)] : strings(object.spec['hosts']);
    const number = port ? Number(port['port'] ?? port['number']) : undefined;
    return hosts.map((host) => ({ policy, object, host, port: number }));
  });
}

/** TLS towards the backend. That a ConfigMap with the certificate is there is taken for granted. */
function clientTls(policy: Resource, namespace: string): JsonObject {
  const validation = section(policy.spec, 'validation');
  const names = objects(validation['subjectAltNames']).map((item) => item['hostname'] ?? item['uri']);
  const tls: JsonObject = { mode: 'SIMPLE', sni: validation['hostname'] };
  if (names.length > 0) tls['subjectAltNames'] = standsFor(names as string[], validation['subjectAltNames'] as object);
  const [reference] = objects(validation['caCertificateRefs']);
  if (validation['wellKnownCACertificates'] === undefined && reference) {
    const isConfigMap = (reference['group'] ?? '') === '' && reference['kind'] === 'ConfigMap';
    // A certificate that is never valid keeps traffic out.
    tls['credentialName'] = isConfigMap ? `configmap://${namespace}/${reference['name']}` : 'invalid://';
  }
  return standsFor(tls, validation);
}
