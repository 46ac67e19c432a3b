import { mtlsMode } from '../../compile/security/peer-authentication.ts';
import { codes } from '../../model/codes.ts';
import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import { isObject } from '../../model/json.ts';
import { placeOf } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceName } from '../../model/resource.ts';
import { at, findingOf, placeKey } from '../../rules/finding.ts';
import type { CompiledMesh } from '../../rules/types.ts';

/**
 * Workloads that a change makes STRICT while there are pods without a sidecar, which can then no longer call them. What
 * these pods really call no configuration tells.
 */
export function plainTextClients(base: CompiledMesh, head: CompiledMesh): Finding[] {
  const outside = podsWithoutSidecar(head);
  if (outside.length === 0) return [];
  const found = new Map<string, { place: ReturnType<typeof at>; proxies: Proxy[] }>();
  for (const proxy of head.proxies.filter(({ type }) => type === 'sidecar')) {
    const targets = head.registry.serviceTargets(proxy);
    for (const port of targets.length > 0 ? targets.map(({ targetPort }) => targetPort) : [0]) {
      const now = mtlsMode(head.registry, proxy.namespace, proxy.labels, port);
      if (now.mode !== 'STRICT' || !Array.isArray(now.source)) continue;
      if (mtlsMode(base.registry, proxy.namespace, proxy.labels, port).mode === 'STRICT') continue;
      const [container, ...path] = now.source as [object, ...string[]];
      const origin = placeOf(container);
      if (!origin) continue;
      const place = { ...origin, path: [...origin.path, ...path] };
      const known = found.get(placeKey(place)) ?? { place, proxies: [] };
      found.set(placeKey(place), known);
      known.proxies.push(proxy);
    }
  }
  const names = [...new Set(outside.map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`))].sort();
  const words = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  return [...found.values()].map(({ place, proxies }) =>
    findingOf(head, {
      code: codes.hazardPlainTextClients,
      kind: 'hazard',
      severity: 'warning',
      at: place,
      proxies,
      message: `makes workloads STRICT, and ${counted(names.length, 'pod')} ${names.length === 1 ? 'has' : 'have'} no sidecar`,
      effect: `pods without a sidecar (${words}) can no longer call them.`,
      fix: 'inject those pods first, or except the ports that they use.',
      related: outside.slice(0, 3).map((pod) => ({ message: `${resourceName(pod)} has no sidecar`, at: at(pod) })),
    }),
  );
}

/** Running pods without a proxy, the control plane's and the cluster's own left out. */
function podsWithoutSidecar({ registry }: CompiledMesh): Resource[] {
  const proxies = new Set(registry.proxies.map(({ namespace, podName }) => `${namespace}/${podName}`));
  const own = new Set(['kube-system', 'kube-public', 'kube-node-lease', registry.mesh.rootNamespace]);
  return registry.resources('Pod').filter((pod) => {
    const { namespace, name } = pod.metadata;
    const status = pod.object['status'];
    const running = isObject(status) && (status['phase'] === undefined || status['phase'] === 'Running');
    return running && !own.has(namespace) && !proxies.has(`${namespace}/${name}`);
  });
}
