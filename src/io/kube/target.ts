import type { Problem } from '../../model/cluster-state.ts';
import type { Entry, Kubeconfig } from './kubeconfig.ts';
import { configProblem } from './kubeconfig.ts';
import { nearNames } from './near-names.ts';
import type { KubeOptions } from './options.ts';

/** The cluster and user that the context and the flags select. */
export interface Target {
  context: string;
  clusterName: string;
  cluster: Entry & { server: string };
  userName: string;
  user: Entry;
  /** The context's own namespace; `default` where it has none. */
  namespace: string;
}

/**
 * Chooses context, cluster and user as kubectl does: flags before the context's entries, `--context` before
 * `current-context`. A name that the kubeconfig has not got is a problem that suggests the nearest ones.
 */
export function selectTarget(config: Kubeconfig, options: KubeOptions): Target | Problem {
  const name = options.context ?? config.currentContext;
  const context = config.contexts.get(name);
  if (!context && (options.context !== undefined || !options.cluster)) return missing('context', name, config);
  const clusterName = options.cluster ?? text(context, 'cluster');
  const cluster = config.clusters.get(clusterName);
  if (!cluster) return missing('cluster', clusterName, config);
  const server = text(cluster, 'server');
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    return configProblem(`cluster "${clusterName}" has no usable server address: "${server}"`, 'Correct its `server`.');
  const userName = options.user ?? text(context, 'user');
  const user = config.users.get(userName);
  if (!user && userName !== '') return missing('user', userName, config);
  return {
    context: name,
    clusterName,
    cluster: { ...cluster, server },
    userName,
    user: impersonated(user ?? {}, options),
    namespace: text(context, 'namespace') || 'default',
  };
}

/** `--as` and its companions replace what the user's entry says, all together. */
function impersonated(user: Entry, { as, asGroups, asUid }: KubeOptions): Entry {
  if (as === undefined && asGroups === undefined && asUid === undefined) return user;
  return {
    ...user,
    as: as ?? user['as'],
    'as-groups': asGroups ?? user['as-groups'],
    'as-uid': asUid ?? user['as-uid'],
  };
}

function missing(what: 'context' | 'cluster' | 'user', name: string, config: Kubeconfig): Problem {
  const all = [...{ context: config.contexts, cluster: config.clusters, user: config.users }[what].keys()];
  const near = nearNames(name, all);
  const where = config.files.join(', ');
  if (what === 'context' && name === '')
    return configProblem(
      `${where} sets no current context`,
      `Give --context${all.length > 0 ? `, one of: ${all.slice(0, 10).join(', ')}` : ''}.`,
    );
  return configProblem(
    `there is no ${what} "${name}" in ${where}`,
    near.length > 0
      ? `Did you mean ${near.map((other) => `"${other}"`).join(' or ')}?`
      : `It has: ${all.slice(0, 10).join(', ') || 'none'}.`,
  );
}

function text(entry: Entry | undefined, key: string): string {
  const value = entry?.[key];
  return typeof value === 'string' ? value : '';
}
