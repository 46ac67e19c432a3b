import { type Resource, resourceKey } from '../model/resource.ts';
import { byCreation } from './order.ts';

/** Groups whose kinds are named without their group. Others (Gateway API among them) are `group/Kind`. */
const bareGroups = new Set([
  '',
  'apps',
  'batch',
  'discovery.k8s.io',
  'admissionregistration.k8s.io',
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
  'extensions.istio.io',
]);

function kindKey(resource: Pick<Resource, 'group' | 'kind'>): string {
  return bareGroups.has(resource.group) ? resource.kind : `${resource.group}/${resource.kind}`;
}

/** The resources of one state by kind, in istiod's order, and by name. Of objects with one identity the last counts. */
export class ResourceIndex {
  readonly #byKind = new Map<string, Resource[]>();
  readonly #byKey = new Map<string, Resource>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) this.#byKey.set(resourceKey(resource), resource);
    for (const resource of this.#byKey.values()) {
      const kind = kindKey(resource);
      const list = this.#byKind.get(kind);
      if (list) list.push(resource);
      else this.#byKind.set(kind, [resource]);
    }
    for (const list of this.#byKind.values()) list.sort(byCreation);
  }

  /** All of a kind: oldest first, ties by name, then namespace. */
  list(kind: string): readonly Resource[] {
    return this.#byKind.get(kind) ?? [];
  }

  all(): Resource[] {
    return [...this.#byKey.values()];
  }

  get(group: string, kind: string, namespace: string, name: string): Resource | undefined {
    return this.#byKey.get(`${group}/${kind}/${namespace}/${name}`);
  }
}
