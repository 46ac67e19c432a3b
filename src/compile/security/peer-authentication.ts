import type { Source } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { policiesIn } from './policy-index.ts';

/** Istio's `MutualTLSMode`; what a server side accepts. */
export type MutualTlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** A mode and the key of the PeerAuthentication that set it; no source where it is Istio's default (PERMISSIVE). */
export interface EffectiveMtls {
  mode: MutualTlsMode;
  source?: Source;
}

/** What all PeerAuthentications together mean for one workload (istiod's `MergedPeerAuthentication`). */
export interface PeerPolicy extends EffectiveMtls {
  perPort: ReadonlyMap<number, EffectiveMtls>;
}

type MtlsSetting = { mode?: string } | undefined;

interface PeerAuthenticationSpec {
  selector?: { matchLabels?: Record<string, string> };
  mtls?: MtlsSetting;
  portLevelMtls?: Record<string, MtlsSetting>;
}

/**
 * The mutual TLS mode that a workload's sidecar enforces on one of its ports (the port of the pod, not of a Service).
 *
 * Source of the rule: PeerAuthentication's reference page; istiod's `GetMutualTLSModeForPort`.
 */
export function mtlsMode(
  registry: Registry,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number,
): EffectiveMtls {
  const policy = peerPolicy(registry, namespace, labels);
  return policy.perPort.get(port) ?? policy;
}

/**
 * The mode that holds for a namespace as a whole: its own policy's, else the mesh's. Undefined where neither exists
 * (istiod's `GetNamespaceMutualTLSMode`, MTLSUnknown).
 */
export function namespaceMtlsMode(registry: Registry, namespace: string): EffectiveMtls | undefined {
  const rootNamespace = registry.mesh.rootNamespace;
  const mesh = namespaceLevelPolicy(registry, rootNamespace);
  const own = namespace === rootNamespace ? undefined : namespaceLevelPolicy(registry, namespace);
  const inherited = mesh && (declaredMode(mesh) ?? { mode: 'PERMISSIVE', source: mesh });
  if (!own) return inherited;
  return declaredMode(own) ?? inherited ?? { mode: 'PERMISSIVE', source: own };
}

/**
 * Merges the mesh's, the namespace's and the workload's PeerAuthentication: the narrowest scope that sets a mode wins,
 * the oldest policy of a scope stands alone, UNSET inherits, and only a policy with a selector may set ports
 * (istiod's `ComposePeerAuthentication`). A policy with a selector in the root namespace applies to nothing.
 */
export function peerPolicy(
  registry: Registry,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): PeerPolicy {
  const rootNamespace = registry.mesh.rootNamespace;
  const mesh = namespaceLevelPolicy(registry, rootNamespace);
  const own = namespace === rootNamespace ? undefined : namespaceLevelPolicy(registry, namespace);
  const workload =
    namespace === rootNamespace
      ? undefined
      : policiesIn(registry, 'PeerAuthentication', namespace).find(
          (policy) => hasSelector(policy) && selects(policy, labels),
        );

  let effective: EffectiveMtls = { mode: 'PERMISSIVE' };
  for (const policy of [mesh, own, workload]) if (policy) effective = declaredMode(policy) ?? effective;
  const perPort = new Map<number, EffectiveMtls>();
  const ports = workload && specOf(workload).portLevelMtls;
  for (const [port, setting] of Object.entries(ports ?? {})) {
    const mode = toMode(setting);
    perPort.set(Number(port), mode && setting ? { mode, source: [setting, 'mode'] } : effective);
  }
  return { ...effective, perPort };
}

/** The oldest policy without a selector; the others of the namespace are ignored. */
function namespaceLevelPolicy(registry: Registry, namespace: string): Resource | undefined {
  return policiesIn(registry, 'PeerAuthentication', namespace).find((policy) => !hasSelector(policy));
}

function specOf(policy: Resource): PeerAuthenticationSpec {
  return policy.spec as PeerAuthenticationSpec;
}

function hasSelector(policy: Resource): boolean {
  return Object.keys(specOf(policy).selector?.matchLabels ?? {}).length > 0;
}

function selects(policy: Resource, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(specOf(policy).selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

function declaredMode(policy: Resource): EffectiveMtls | undefined {
  const { mtls } = specOf(policy);
  const mode = toMode(mtls);
  return mode && mtls ? { mode, source: [mtls, 'mode'] } : undefined;
}

/** UNSET, and every value that Istio does not know, is no mode. */
function toMode(setting: MtlsSetting): MutualTlsMode | undefined {
  switch (setting?.mode) {
    case 'DISABLE':
    case 'PERMISSIVE':
    case 'STRICT':
      return setting.mode;
    default:
      return undefined;
  }
}
