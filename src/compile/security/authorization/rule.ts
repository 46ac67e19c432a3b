import type { Message } from '../../../model/envoy.ts';
import { behaviour } from '../../../model/istio-version.ts';
import type { JsonObject } from '../../../model/json.ts';
import { derive } from '../../../model/provenance.ts';
import type { Registry } from '../../../registry/types.ts';
import type { Condition, Value } from './condition.ts';
import { generate, permissions, principals, Unsupported } from './condition.ts';
import { metadataAttribute, permissionGenerator } from './permission.ts';
import { principalGenerator } from './principal.ts';
import { migrateTrustDomain } from './trust-domain.ts';

/** An item of an AuthorizationPolicy's `rules` as it stands in the resource. */
export type Rule = JsonObject & {
  from?: { source?: JsonObject }[];
  to?: { operation?: JsonObject }[];
  when?: (JsonObject & { key?: string })[];
};

/** Keys of `source` and the attributes that they mean, in istiod's order (authz/model `New`): the last stands first. */
const sourceKeys = [
  ['principals', 'source.principal'],
  ['requestPrincipals', 'request.auth.principal'],
  ['serviceAccounts', 'source.serviceAccount'],
  ['trustDomains', 'source.trustDomain'],
  ['namespaces', 'source.namespace'],
  ['remoteIpBlocks', 'remote.ip'],
  ['ipBlocks', 'source.ip'],
] as const;

const operationKeys = [
  ['hosts', 'hosts'],
  ['methods', 'methods'],
  ['paths', 'paths'],
  ['ports', 'destination.port'],
] as const;

const permissionAttributes = new Set(['destination.ip', 'destination.port', 'connection.sni']);
const principalAttributes = new Set([
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.trustDomain',
  'source.serviceAccount',
  'source.principal',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
]);

/**
 * Writes one rule as Envoy's RBAC policy (istiod's `Model.Generate`).
 *
 * @param namespace of the AuthorizationPolicy
 * @param strict for ALLOW, see `generate`
 * @returns undefined where the rule is void: it names an unknown attribute, or (ALLOW) one that the layer does not have
 */
export function rbacPolicy(
  rule: Rule,
  registry: Registry,
  { layer, namespace, strict }: { layer: 'http' | 'tcp'; namespace: string; strict: boolean },
): Message | undefined {
  const asked: Condition[] = [];
  const asking: Condition[] = [];
  for (const when of rule.when ?? []) {
    const attribute = when.key ?? '';
    const side = sideOf(attribute, registry);
    if (!side) return undefined;
    const condition = conditionOf(attribute, when, 'values', 'notValues');
    if (condition) (side === 'permission' ? asked : asking).push(condition);
  }
  const from = (rule.from ?? []).map(({ source }) => [...conditionsOf(source, sourcesFor(registry)), ...asking]);
  const to = (rule.to ?? []).map(({ operation }) => [...conditionsOf(operation, operationKeys), ...asked]);
  const principalSides = from.length > 0 ? from : [asking];
  const permissionSides = to.length > 0 ? to : [asked];
  // A `when` belongs to each `from` and is migrated once for each, as istiod does.
  for (const conditions of principalSides) migrateTrustDomain(conditions, registry);
  try {
    const permissionOf = permissionGenerator(layer);
    const principalOf = principalGenerator(registry, layer, namespace);
    const policy = {
      permissions: permissionSides.map((conditions, index) =>
        derive(generate(conditions, permissionOf, permissions, strict), to.length > 0 ? rule.to?.[index] : rule),
      ),
      principals: principalSides.map((conditions, index) =>
        derive(generate(conditions, principalOf, principals, strict), from.length > 0 ? rule.from?.[index] : rule),
      ),
    };
    return derive(policy, rule);
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

function sourcesFor(registry: Registry): readonly (readonly [key: string, attribute: string])[] {
  const known = behaviour(registry).authorizationTrustDomains;
  return known ? sourceKeys : sourceKeys.filter(([key]) => key !== 'trustDomains');
}

function sideOf(attribute: string, registry: Registry): 'permission' | 'principal' | undefined {
  if (permissionAttributes.has(attribute) || attribute.startsWith(metadataAttribute)) return 'permission';
  if (attribute === 'source.trustDomain' && !behaviour(registry).authorizationTrustDomains) return undefined;
  const known = principalAttributes.has(attribute) || /^request\.(headers|auth\.claims)/.test(attribute);
  return known ? 'principal' : undefined;
}

function conditionsOf(
  container: JsonObject | undefined,
  keys: readonly (readonly [key: string, attribute: string])[],
): Condition[] {
  if (!container) return [];
  return keys
    .map(([key, attribute]) =>
      conditionOf(attribute, container, key, `not${key.charAt(0).toUpperCase()}${key.slice(1)}`),
    )
    .filter((condition) => condition !== undefined);
}

function conditionOf(attribute: string, container: JsonObject, key: string, notKey: string): Condition | undefined {
  const values = valuesOf(container, key);
  const notValues = valuesOf(container, notKey);
  if (values.length === 0 && notValues.length === 0) return undefined;
  return { attribute, values, notValues, source: [container, key], notSource: [container, notKey] };
}

function valuesOf(container: JsonObject, key: string): Value[] {
  const list = container[key];
  if (!Array.isArray(list)) return [];
  return list.map((item, index) => ({ text: String(item), source: [container, key, index] as const }));
}
