import { nearNames } from '../../io/kube/near-names.ts';
import type { ProxySelection } from '../../io/kube/options.ts';
import { podId, selectProxies } from '../../io/kube/proxies.ts';
import { withAdvice } from '../../model/advice.ts';
import { isProblem, type Problem, type ProxySource } from '../../model/cluster-state.ts';
import { UserError } from '../inputs.ts';
import { type NamedState, splitCluster } from './named-state.ts';

/**
 * The proxies that the flags select in several clusters. A namespace or a proxy must be in one of them;
 * `NS/POD@CLUSTER` is in that one.
 *
 * @throws UserError for what is nowhere
 */
export function selectAcross(states: readonly NamedState[], selection: ProxySelection): NamedState[] {
  const found = states.map(({ state }) => selectProxies(state.resources, { ...selection, proxies: undefined }));
  const first = found.find(isProblem);
  if (first && found.every(isProblem)) throw refused(first);
  const wanted = selection.proxies && namedIds(states, selection);
  return states.map(({ name, state }, index) => {
    const pods = found[index];
    const selected = new Set(isProblem(pods) || !pods ? [] : pods.map(podId));
    const everything = selection.namespace === undefined && !selection.selector && !wanted;
    const proxies = state.proxies.filter(({ id }) =>
      wanted ? wanted.has(`${id}@${name}`) : everything || selected.has(id),
    );
    return { name, state: { ...state, proxies } };
  });
}

/** The states with the cluster of each proxy in its id. */
export function withClusterNames(states: readonly NamedState[]): NamedState[] {
  return states.map(({ name, state }) => ({
    name,
    state: { ...state, proxies: state.proxies.map((proxy) => inCluster(proxy, name)) },
  }));
}

/** Each of `--proxy` as full ids, in all clusters that have it. */
function namedIds(states: readonly NamedState[], { proxies = [], namespace }: ProxySelection): Set<string> {
  const wanted = new Set<string>();
  for (const given of new Set(proxies)) {
    const { name: pod, cluster } = splitCluster(given);
    const among = cluster === undefined ? states : states.filter(({ name }) => name === cluster);
    if (among.length === 0)
      throw noSuchCluster(
        cluster ?? '',
        states.map(({ name }) => name),
      );
    const found = among.map(({ state }) => selectProxies(state.resources, { namespace, proxies: [pod] }));
    const problem = found.find(isProblem);
    if (problem && found.every(isProblem)) throw refused(problem);
    for (const [index, pods] of found.entries())
      for (const it of isProblem(pods) ? [] : pods) wanted.add(`${podId(it)}@${among[index]!.name}`);
  }
  return wanted;
}

/** @throws never; gives the error for a name that is no cluster's */
export function noSuchCluster(name: string, names: readonly string[]): UserError {
  const near = nearNames(name, [...names]);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${names.join(', ')}`;
  return new UserError(`there is no cluster "${name}" among those that are read; ${hint}`);
}

function refused({ message, advice }: Problem): UserError {
  return new UserError(withAdvice(message, advice));
}

function inCluster(proxy: ProxySource, cluster: string): ProxySource {
  const id = `${proxy.id}@${cluster}`;
  return {
    ...proxy,
    id,
    async read(signal, parts) {
      const answers = await proxy.read(signal, parts);
      return isProblem(answers) ? { ...answers, message: answers.message.replace(proxy.id, id) } : answers;
    },
  };
}
