import { selectorLabels } from '../compile/policy-attachment.ts';
import type { Finding } from '../model/finding.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { at, type Fault, findingOf } from './finding.ts';
import { selectedPods, selectsTemplate } from './selected-proxies.ts';
import type { CompiledMesh } from './types.ts';
import { unseen } from './unseen.ts';

/**
 * A security policy whose selector selects no sidecar. One for a whole namespace, or for a workload that is scaled to
 * zero, is no mistake.
 *
 * @param selected the proxies that it selects
 * @param unenforced what follows where only pods without a sidecar are selected
 */
export function idlePolicy(
  mesh: CompiledMesh,
  policy: Resource,
  selected: readonly Proxy[],
  { code, kind, unenforced }: Pick<Fault, 'code' | 'kind'> & { unenforced: string },
): Finding[] {
  const pods = selectedPods(policy, mesh.registry);
  const selective = Object.keys(selectorLabels(policy)).length > 0;
  if (selected.length > 0 || (pods.length === 0 && !selective)) return [];
  if (pods.length === 0 && selectsTemplate(policy, mesh.registry)) return [];
  const other = unseen(mesh.registry, 'has some');
  return [
    findingOf(mesh, {
      code,
      kind,
      // That a pod has no sidecar is said of the pod.
      severity: pods.length === 0 && !other.unsure ? 'warning' : 'info',
      at: selective ? at(policy, 'spec', 'selector', 'matchLabels') : at(policy),
      proxies: [],
      message: pods.length === 0 ? `selects no pod${other.words}` : 'selects only pods without a sidecar',
      effect: pods.length === 0 ? 'none: it holds for nobody.' : unenforced,
      fix: pods.length === 0 ? 'correct the selector.' : 'inject the sidecars of these pods.',
    }),
  ];
}
