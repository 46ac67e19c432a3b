import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, type Path } from '../model/json.ts';
import { containersOf, findContainer } from '../registry/pod-spec.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { type PodSource, podSources } from './workloads.ts';

/** The user and group of a sidecar, where its container does not say otherwise. */
const usual = 1337;

/**
 * Containers of an application that run as the sidecar's user or group. The rules of interception let that user's
 * connections out past the sidecar, so that its own do not come back to it.
 */
export const sidecarUser: Rule = {
  name: 'sidecar-user',
  codes: [codes.sidecarUser],
  find: (mesh) => podSources(mesh.registry).flatMap((source) => ofPods(mesh, source)),
};

function ofPods(mesh: CompiledMesh, source: PodSource): Finding[] {
  const { resource, labels, metadata, spec } = source;
  const { namespace } = resource.metadata;
  const proxies = mesh.proxies.filter(
    (proxy) =>
      proxy.type === 'sidecar' &&
      proxy.interceptionMode !== 'NONE' &&
      proxy.namespace === namespace &&
      Object.keys(labels).length > 0 &&
      matchesLabels(labels, proxy.labels),
  );
  const [first] = proxies;
  if (!first) return [];
  const pod = mesh.registry
    .resources('Pod')
    .find(({ metadata: it }) => `${it.namespace}/${it.name}` === podOf(first.id));
  const own = pod && findContainer(pod.spec, 'istio-proxy');
  const users = idsOf(own ?? {}, usual);
  const path: Path = [...metadata.slice(0, -1), 'spec'];
  return containersOf(spec).flatMap((container, index) => {
    if (container['name'] === 'istio-proxy') return [];
    const place = placeOf(container as JsonObject, spec, index, users);
    if (!place) return [];
    const [key] = place.slice(-1);
    return [
      findingOf(mesh, {
        code: codes.sidecarUser,
        kind: 'scope',
        severity: 'warning',
        at: at(resource, ...path, ...place),
        proxies,
        message: `runs container ${String(container['name'])} as ${key === 'runAsGroup' ? 'group' : 'user'} ${users[key as keyof typeof users]}, as the sidecar itself does`,
        effect:
          'its connections leave the pod past the sidecar: without mutual TLS (a STRICT workload refuses them), without routes, policies and telemetry.',
        fix: 'run it as another user and group.',
      }),
    ];
  });
}

/** `ns/pod@cluster` without its cluster. */
function podOf(id: string): string {
  return id.split('@')[0] ?? id;
}

function idsOf(container: Record<string, unknown>, fallback: number): { runAsUser: number; runAsGroup: number } {
  const context = isObject(container['securityContext']) ? container['securityContext'] : {};
  return {
    runAsUser: Number(context['runAsUser'] ?? fallback),
    runAsGroup: Number(context['runAsGroup'] ?? fallback),
  };
}

/** Where it is written that a container has the sidecar's user or group: at the container, or for the whole pod. */
function placeOf(
  container: JsonObject,
  spec: JsonObject,
  index: number,
  users: { runAsUser: number; runAsGroup: number },
): Path | undefined {
  const own = isObject(container['securityContext']) ? container['securityContext'] : {};
  const all = isObject(spec['securityContext']) ? spec['securityContext'] : {};
  for (const key of ['runAsUser', 'runAsGroup'] as const) {
    if (own[key] !== undefined) {
      if (Number(own[key]) === users[key]) return ['containers', index, 'securityContext', key];
    } else if (all[key] !== undefined && Number(all[key]) === users[key]) return ['securityContext', key];
  }
  return undefined;
}
