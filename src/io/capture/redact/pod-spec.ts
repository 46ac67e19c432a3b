import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { namesSecret } from './text.ts';

/** Istio's own containers: their arguments are what they do, and hold no credentials. */
const istioContainers = new Set(['istio-proxy', 'istio-init', 'istio-validation', 'discovery', 'enable-core-dump']);
const withEnvironment = new Set(['istio-proxy', 'discovery']);

/**
 * Variables that decide what istiod sends: node metadata and mesh settings of a proxy (pilot-agent `GetNodeMetaData`),
 * and istiod's own feature flags (pilot/pkg/features).
 */
const kept =
  /^(?:(?:ISTIO|PILOT|ENABLE|DISABLE|PREFER|UNSAFE|AMBIENT|MCS|LABEL|EXTERNAL|VALIDATION|INJECTION)_\w+|PROXY_CONFIG|PROXY_CONFIG_\w+|REVISION|CLUSTER_ID|TRUST_DOMAIN|COMPLIANCE_POLICY|CA_ADDR|K_REVISION|SHARED_MESH_CONFIG|ROOT_CA_DIR|POD_NAMESPACE|MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP)$/;

/** Whether the value of a variable of Istio's own containers stays in a capture. */
export function keepsVariable(name: string): boolean {
  return kept.test(name) && !namesSecret(name);
}

/**
 * A pod's spec (of a Pod, or of a workload's template) without what its program was told: literal values of variables,
 * commands, arguments, hooks, exec probes. Names of variables and references to Secrets (never their content) stay.
 */
export function redactPodSpec(spec: JsonObject): JsonObject {
  const result: JsonObject = { ...spec };
  for (const field of ['containers', 'initContainers', 'ephemeralContainers']) {
    const list = spec[field];
    if (Array.isArray(list)) result[field] = list.map((it) => (isObject(it) ? redactContainer(it as JsonObject) : it));
  }
  return result;
}

function redactContainer(container: JsonObject): JsonObject {
  const name = String(container['name']);
  const { lifecycle: _, ...result } = container;
  const { env } = container;
  if (Array.isArray(env)) result['env'] = env.map((it) => redactVariable(it, withEnvironment.has(name)));
  if (!istioContainers.has(name)) for (const field of ['command', 'args']) delete result[field];
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const value = result[probe];
    if (isObject(value)) result[probe] = redactProbe(value as JsonObject);
  }
  return result;
}

function redactVariable(variable: Json, istios: boolean): Json {
  if (!isObject(variable) || !('value' in variable)) return variable;
  if (istios && keepsVariable(String(variable['name']))) return variable;
  const { value: _, ...rest } = variable as JsonObject;
  return rest;
}

function redactProbe(probe: JsonObject): JsonObject {
  const { exec: _, ...result } = probe;
  if (isObject(result['httpGet'])) {
    const { httpHeaders: __, ...httpGet } = result['httpGet'] as JsonObject;
    result['httpGet'] = httpGet;
  }
  return result;
}
