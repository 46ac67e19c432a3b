import type { ProxySelection } from '../../io/kube/options.ts';
import { podId, selectProxies } from '../../io/kube/proxies.ts';
import { withAdvice } from '../../model/advice.ts';
import { type ClusterState, isProblem, type Problem, type ProxySource } from '../../model/cluster-state.ts';
import type { Resource } from '../../model/resource.ts';
import { UserError } from '../inputs.ts';

/**
 * A captured state with the proxies that are selected; each that the capture has no dump of is a row, too.
 *
 * @throws UserError where the selection itself is wrong
 */
export function selectCaptured(state: ClusterState, selection: ProxySelection): ClusterState {
  const pods = selectProxies(state.resources, selection);
  if (isProblem(pods)) throw new UserError(withAdvice(pods.message, pods.advice));
  const selected = new Set(pods.map(podId));
  const captured = new Set(state.proxies.map((proxy) => proxy.id));
  const all = Object.values(selection).every((value) => value === undefined);
  const missing = pods.filter((pod) => !captured.has(podId(pod))).map((pod) => notCaptured(pod, state.leftOut));
  const proxies = [...state.proxies.filter((proxy) => all || selected.has(proxy.id)), ...missing];
  return { ...state, proxies: proxies.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** A pod with a proxy of which the capture has no dump: a row of its own, as a live proxy that does not answer. */
function notCaptured(pod: Resource, leftOut: ClusterState['leftOut']): ProxySource {
  const { namespace, name } = pod.metadata;
  const reason = leftOut?.get(`proxies/${namespace}/${name}`);
  const problem: Problem = reason
    ? {
        code: 'not-found',
        message: `${namespace}/${name}: left out of the capture: ${reason}`,
        advice: 'take the capture again with a larger --max-size, or with -n, -l or --proxy.',
      }
    : {
        code: 'not-found',
        message: `${namespace}/${name}: the capture holds no config_dump of this proxy`,
        advice: 'it could not be read when the capture was taken; see whether its istio-proxy container runs.',
      };
  return { id: `${namespace}/${name}`, namespace, podName: name, read: async () => problem };
}
