import { isNamespaceWide, selectorLabels, targetRefs } from '../compile/policy-attachment.ts';
import { peerPolicy } from '../compile/security/peer-authentication.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import { precedence } from './precedence.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * PeerAuthentications, Sidecars and ProxyConfigs that hold for the same workload, and Telemetries without a selector, of
 * which istiod takes the oldest alone, and that say something else. One with a selector over one without is no clash:
 * that is how defaults are overridden.
 */
export const severalForWorkload: Rule = {
  name: 'several-for-workload',
  codes: [codes.olderForWorkload],
  find: (mesh) => [
    ...clashes(mesh, 'PeerAuthentication', labelsOf),
    ...clashes(mesh, 'Sidecar', sidecarLabels),
    ...clashes(mesh, 'ProxyConfig', labelsOf),
    ...clashes(mesh, 'Telemetry', labelsOf, [false]),
  ],
};

interface Lost {
  loser: Resource;
  winner: Resource;
  proxies: Set<Proxy>;
}

/** @param selectivities those with a selector, those without, or both */
function clashes(
  mesh: CompiledMesh,
  kind: string,
  labels: (resource: Resource) => Record<string, string>,
  selectivities: readonly boolean[] = [true, false],
): Finding[] {
  const all = mesh.registry.resources(kind).filter((it) => targetRefs(it).length === 0);
  const found = new Map<Resource, Lost>();
  for (const proxy of mesh.proxies)
    for (const selective of selectivities) {
      const scopes = selective ? [proxy.namespace] : [proxy.namespace, mesh.registry.mesh.rootNamespace];
      for (const scope of new Set(scopes)) {
        const [winner, ...losers] = all.filter(
          (item) =>
            item.metadata.namespace === scope &&
            Object.keys(labels(item)).length > 0 === selective &&
            matchesLabels(labels(item), proxy.labels),
        );
        for (const loser of losers) {
          if (!winner || same(winner, loser)) continue;
          const known = found.get(loser) ?? { loser, winner, proxies: new Set() };
          found.set(loser, known);
          known.proxies.add(proxy);
        }
      }
    }
  return [...found.values()].map((lost) => toFinding(mesh, kind, lost));
}

function toFinding(mesh: CompiledMesh, kind: string, { loser, winner, proxies }: Lost): Finding {
  const [proxy] = proxies;
  const mode =
    kind === 'PeerAuthentication' && proxy ? peerPolicy(mesh.registry, proxy.namespace, proxy.labels).mode : '';
  const { isKnown, why } = precedence(winner, loser);
  const then = mode === '' ? '' : ` (the mode is ${isKnown ? '' : 'then '}${mode})`;
  return findingOf(mesh, {
    code: codes.olderForWorkload,
    kind: 'conflict',
    severity: 'warning',
    at: at(
      loser,
      ...(isObject(loser.spec['selector'] ?? loser.spec['workloadSelector']) ? selectorPath(loser) : ['spec']),
    ),
    proxies,
    message: `holds for workloads that ${resourceName(winner)} holds for, too${isKnown ? `: ${why}` : ', and says something else'}`,
    effect: `istiod takes the oldest alone${isKnown ? `: nothing of this one is in force there${then}.` : `. ${why.slice(0, -1)}${then}.`}`,
    fix: `put both into one ${kind}, or make their selectors differ.`,
    related: [
      { message: `${resourceName(winner)} ${isKnown ? 'is in force' : 'holds for them, too'}`, at: at(winner, 'spec') },
    ],
  });
}

function selectorPath(resource: Resource): string[] {
  return ['spec', resource.kind === 'Sidecar' ? 'workloadSelector' : 'selector'];
}

function labelsOf(policy: Resource): Record<string, string> {
  return isNamespaceWide(policy) ? {} : selectorLabels(policy);
}

function sidecarLabels(sidecar: Resource): Record<string, string> {
  const selector = sidecar.spec['workloadSelector'];
  const labels = isObject(selector) ? selector['labels'] : undefined;
  return isObject(labels) ? (labels as Record<string, string>) : {};
}

function same(a: Resource, b: Resource): boolean {
  const rest = ({ selector: _, workloadSelector: __, ...spec }: Resource['spec']): string => JSON.stringify(spec);
  return rest(a.spec) === rest(b.spec);
}
