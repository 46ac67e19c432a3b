import { selectorLabels, targetRefs } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import { runsElsewhere } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unseen } from './unseen.ts';

/** Kinds with a selector, the key of it, and whether one of the root namespace selects in all namespaces. */
const kinds: readonly { kind: string; selector: 'selector' | 'workloadSelector'; everywhere: boolean }[] = [
  { kind: 'Sidecar', selector: 'workloadSelector', everywhere: false },
  { kind: 'Telemetry', selector: 'selector', everywhere: false },
  { kind: 'ProxyConfig', selector: 'selector', everywhere: false },
  { kind: 'DestinationRule', selector: 'workloadSelector', everywhere: false },
  { kind: 'RequestAuthentication', selector: 'selector', everywhere: true },
  { kind: 'WasmPlugin', selector: 'selector', everywhere: true },
];

/**
 * Selectors that no workload has the labels of. A workload scaled to zero and one outside of Kubernetes count, so that
 * only a selector that is wrong, or of the wrong namespace, is told.
 */
export const selectsNobody: Rule = {
  name: 'selects-nobody',
  codes: [codes.selectsNobody],
  find: (mesh) =>
    kinds.flatMap(({ kind, selector, everywhere }) =>
      mesh.registry.resources(kind).flatMap((resource) => {
        const labels = labelsOf(resource, selector);
        if (Object.keys(labels).length === 0 || targetRefs(resource).length > 0) return [];
        return idle(mesh, resource, selector, labels, everywhere);
      }),
    ),
};

function idle(
  mesh: CompiledMesh,
  resource: Resource,
  selector: string,
  labels: Record<string, string>,
  everywhere: boolean,
): Finding[] {
  const { registry } = mesh;
  const { namespace } = resource.metadata;
  const root = namespace === registry.mesh.rootNamespace;
  const having = registry.resources('Pod').filter((pod) => matchesLabels(labels, pod.metadata.labels));
  if (having.some((pod) => (everywhere && root) || pod.metadata.namespace === namespace)) return [];
  if (runsElsewhere(registry, labels, everywhere && root ? undefined : namespace)) return [];
  const other = unseen(registry, 'has such pods');
  const [near] = having;
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const elsewhere = near
    ? `; those of namespace ${near.metadata.namespace} do, and a ${resource.kind} selects in its own only`
    : '';
  return [
    findingOf(mesh, {
      code: codes.selectsNobody,
      kind: resource.kind === 'RequestAuthentication' ? 'authz' : 'scope',
      severity: other.unsure ? 'info' : 'warning',
      at: at(resource, 'spec', selector, labelsKey(resource, selector)),
      proxies: [],
      message: `selects ${words.join(', ')}, which no pod${everywhere && root ? '' : ` of namespace ${namespace}`} has${elsewhere}${other.words}`,
      effect: 'none: it is in force nowhere.',
      fix: near ? `move it to namespace ${near.metadata.namespace}, or correct the selector.` : 'correct the selector.',
    }),
  ];
}

function labelsOf(resource: Resource, key: string): Record<string, string> {
  if (key === 'selector') return selectorLabels(resource);
  const selector = resource.spec[key];
  const labels = isObject(selector) ? selector[labelsKey(resource, key)] : undefined;
  return isObject(labels) ? (labels as Record<string, string>) : {};
}

/** A Sidecar writes `labels`, the others `matchLabels`. */
function labelsKey(resource: Resource, key: string): string {
  const selector = resource.spec[key];
  return isObject(selector) && selector['labels'] !== undefined ? 'labels' : 'matchLabels';
}
