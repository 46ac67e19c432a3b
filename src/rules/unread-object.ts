import { codes } from '../model/codes.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { Rule } from './types.ts';

/**
 * Objects labelled for a revision that no istiod of the cluster runs as: nobody reads them. What belongs to another
 * istiod that is there (a canary) is no fault.
 */
export const unreadObject: Rule = {
  name: 'unread-object',
  codes: [codes.unreadObject],
  find(mesh) {
    const { registry } = mesh;
    const others = registry.unread.filter(({ metadata }) => metadata.labels['istio.io/rev'] !== undefined);
    if (others.length === 0) return [];
    const own = registry.environment.text('REVISION', 'default');
    const running = revisions(registry);
    const tags = tagsOf(registry);
    return others.flatMap((resource) => {
      const wanted = resource.metadata.labels['istio.io/rev'] ?? '';
      if (running.has(wanted)) return [];
      const tag = tags.get(wanted);
      return [
        findingOf(mesh, {
          code: codes.unreadObject,
          kind: 'unresolved',
          severity: 'warning',
          at: at(resource, 'metadata', 'labels', 'istio.io/rev'),
          proxies: [],
          message: `is labelled for revision ${wanted}, ${tag === undefined ? 'which no istiod has' : `a tag of revision ${tag}: istiod compares with its revision`}`,
          effect: `no istiod reads it (${resourceName(resource)} is in no proxy); the one here is revision ${own}.`,
          fix: `remove the label, or write istio.io/rev: ${tag ?? own}.`,
        }),
      ];
    });
  },
};

/** Revisions of the istiods whose pods or Deployments are in the cluster. */
function revisions(registry: Registry): Set<string> {
  const istiods = [...registry.resources('Pod'), ...registry.resources('Deployment')].filter(
    ({ metadata }) => metadata.labels['app'] === 'istiod',
  );
  return new Set(istiods.map((it) => it.metadata.labels['istio.io/rev'] ?? 'default'));
}

/** Revision tags with their revisions, as their webhooks have them. */
function tagsOf(registry: Registry): Map<string, string> {
  return new Map(
    registry.resources('MutatingWebhookConfiguration').flatMap(({ metadata }: Resource): [string, string][] => {
      const [tag, revision] = [metadata.labels['istio.io/tag'], metadata.labels['istio.io/rev']];
      return tag && revision ? [[tag, revision]] : [];
    }),
  );
}
