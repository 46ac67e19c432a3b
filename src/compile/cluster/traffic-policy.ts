import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { MeshConfig } from '../../registry/types.ts';
import { messageOf } from './context.ts';

/** The blocks of a `TrafficPolicy` that hold for one port; each keeps its place in the rule it was written in. */
export interface TrafficPolicy {
  connectionPool?: JsonObject;
  outlierDetection?: JsonObject;
  loadBalancer?: JsonObject;
  tls?: JsonObject;
  proxyProtocol?: JsonObject;
  retryBudget?: JsonObject;
  tunnel?: JsonObject;
  /** The port's own settings, where they decide: what they leave out is back at its default because of them. */
  portLevel?: object;
}

const portBlocks = ['connectionPool', 'outlierDetection', 'loadBalancer', 'tls'] as const;
const otherBlocks = ['proxyProtocol', 'retryBudget', 'tunnel'] as const;

/**
 * The policy for one port. `portLevelSettings` of the port replace the four blocks that they can hold, and drop the
 * rest: nothing is inherited (istiod's `GetPortLevelTrafficPolicy`).
 */
export function policyForPort(policy: JsonObject | undefined, port: number): TrafficPolicy | undefined {
  if (!policy) return undefined;
  const settings = policy['portLevelSettings'];
  const own = Array.isArray(settings)
    ? (settings as unknown[]).filter(isObject).find((item) => isObject(item['port']) && item['port']['number'] === port)
    : undefined;
  const result: TrafficPolicy = own ? { portLevel: own } : {};
  const from = (own ?? policy) as JsonObject;
  for (const block of own ? portBlocks : [...portBlocks, ...otherBlocks]) {
    const value = messageOf(from[block]);
    if (value) result[block] = value;
  }
  return result;
}

/**
 * Lays a subset's policy over the host's, block by block (istiod's `MergeSubsetTrafficPolicy`).
 *
 * @param mergesRetryBudget false for versions that lose `retryBudget` where both have a policy
 */
export function mergeSubsetPolicy(
  host: TrafficPolicy | undefined,
  subset: JsonObject | undefined,
  port: number,
  mergesRetryBudget: boolean,
): TrafficPolicy | undefined {
  if (!subset) return host;
  const own = policyForPort(subset, port);
  if (!host || !own) return own;
  const merged: TrafficPolicy = { ...host };
  for (const block of portBlocks) {
    if (!own[block] && !own.portLevel) continue;
    if (own[block]) merged[block] = own[block];
    else delete merged[block];
  }
  for (const block of otherBlocks) if (own[block]) merged[block] = own[block];
  if (!mergesRetryBudget) delete merged.retryBudget;
  if (own.portLevel) merged.portLevel = own.portLevel;
  return merged;
}

/**
 * Fills the blocks that a rule leaves out from `MeshConfig.defaultTrafficPolicy` (istiod's `applyDefaultTrafficPolicy`).
 * Versions that do not know the field have it in no MeshConfig.
 */
export function withMeshDefaults(mesh: MeshConfig, policy: TrafficPolicy | undefined): TrafficPolicy | undefined {
  const defaults = messageOf(mesh['defaultTrafficPolicy']);
  const connectionPool = messageOf(defaults?.['connectionPool']);
  const outlierDetection = messageOf(defaults?.['outlierDetection']);
  if (!connectionPool && !outlierDetection) return policy;
  const result: TrafficPolicy = { ...policy };
  if (connectionPool) result.connectionPool ??= connectionPool;
  if (outlierDetection) result.outlierDetection ??= outlierDetection;
  return result;
}
