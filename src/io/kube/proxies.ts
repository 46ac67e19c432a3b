import type { Problem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { parseLabelSelector } from '../label-selector.ts';
import { configProblem } from './kubeconfig.ts';
import { nearNames } from './near-names.ts';
import type { ProxySelection } from './options.ts';

/**
 * The pods with a proxy that `-n`, `-l` and `--proxy` select, in the order of their ids. Finished and terminating pods
 * are no proxies any more.
 *
 * @returns a problem where the selection itself is wrong: a selector that cannot be read, a proxy that is not there
 */
export function selectProxies(resources: readonly Resource[], selection: ProxySelection): Resource[] | Problem {
  const selector = parseLabelSelector(selection.selector ?? '');
  if (selection.selector && !selector)
    return configProblem(
      `"${selection.selector}" is not a label selector`,
      'Write it as for kubectl: -l app=web,tier!=test',
    );
  const unknown = unknownNamespace(resources, selection.namespace);
  if (unknown) return unknown;
  const pods = resources.filter((resource) => resource.kind === 'Pod' && resource.group === '' && hasProxy(resource));
  const byId = new Map(pods.map((pod) => [podId(pod), pod]).sort() as [string, Resource][]);
  let wanted = [...byId.values()];
  if (selection.proxies && selection.proxies.length > 0) {
    wanted = [];
    for (const name of new Set(selection.proxies)) {
      const id = name.includes('/') ? name : `${selection.namespace ?? 'default'}/${name}`;
      const pod = byId.get(id);
      if (!pod) return noSuchProxy(id, resources, [...byId.keys()]);
      wanted.push(pod);
    }
  }
  return wanted.filter(
    ({ metadata }) =>
      (selection.namespace === undefined || selection.proxies || metadata.namespace === selection.namespace) &&
      (!selection.selector || selector?.(metadata.labels)),
  );
}

/** `namespace/pod` */
export function podId({ metadata }: Resource): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Phase of a pod: `Running`, `Pending`, ... */
export function podPhase({ object }: Resource): string {
  return isObject(object['status']) ? String(object['status']['phase'] ?? '') : '';
}

function hasProxy(pod: Resource): boolean {
  if (pod.metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes(podPhase(pod))) return false;
  // A native sidecar is an init container that goes on running.
  return [pod.spec['containers'], pod.spec['initContainers']]
    .flatMap((containers) => (Array.isArray(containers) ? containers : []))
    .some((container) => isObject(container) && container['name'] === 'istio-proxy' && !isZtunnel(container));
}

/** A node's proxy of ambient mode has the container's name, and is no Envoy: `proxy ztunnel`. */
function isZtunnel(container: object): boolean {
  const args: unknown = (container as Record<string, unknown>)['args'];
  return Array.isArray(args) && args[0] === 'proxy' && args[1] === 'ztunnel';
}

function unknownNamespace(resources: readonly Resource[], wanted: string | undefined): Problem | undefined {
  const names = resources
    .filter(({ kind, group }) => kind === 'Namespace' && group === '')
    .map(({ metadata }) => metadata.name);
  // Without the right to list them nothing is known of them.
  if (wanted === undefined || names.length === 0 || names.includes(wanted)) return undefined;
  const near = nearNames(wanted, names);
  return configProblem(
    `there is no namespace ${wanted}`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'See kubectl get namespaces.',
  );
}

function noSuchProxy(id: string, resources: readonly Resource[], ids: string[]): Problem {
  if (resources.some((resource) => resource.kind === 'Pod' && podId(resource) === id))
    return configProblem(`pod ${id} has no running proxy`, 'It is not injected, has finished, or is being deleted.');
  const near = nearNames(id, ids);
  return configProblem(
    `there is no pod ${id}`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'See kubectl get pods -A.',
  );
}
