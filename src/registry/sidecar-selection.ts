import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { matchesLabels } from './workload-labels.ts';

/** Finds the Sidecar resource of a workload (push_context.initSidecarScopes, doGetSidecarScope). */
export class SidecarSelection {
  readonly #byNamespace = new Map<string, Resource[]>();
  readonly #root: Resource | undefined;

  /** @param sidecars in istiod's order */
  constructor(sidecars: readonly Resource[], rootNamespace: string) {
    const sorted = [...sidecars.filter(selects), ...sidecars.filter((item) => !selects(item))];
    for (const item of sorted) {
      const list = this.#byNamespace.get(item.metadata.namespace);
      if (list) list.push(item);
      else this.#byNamespace.set(item.metadata.namespace, [item]);
    }
    this.#root = sorted.find((item) => item.metadata.namespace === rootNamespace && !selects(item));
  }

  /**
   * The oldest of the namespace whose selector matches, else the oldest without a selector, else the root namespace's
   * without a selector. Labels are only compared where a selector stands.
   */
  select(namespace: string, labels: Record<string, string>): Resource | undefined {
    const own = this.#byNamespace.get(namespace) ?? [];
    return own.find((item) => !selects(item) || matchesLabels(selectorOf(item), labels)) ?? this.#root;
  }
}

function selects(item: Resource): boolean {
  return isObject(item.spec['workloadSelector']);
}

function selectorOf(item: Resource): Record<string, string> {
  const selector = item.spec['workloadSelector'];
  const labels = isObject(selector) ? selector['labels'] : undefined;
  return isObject(labels) ? (labels as Record<string, string>) : {};
}
