import pLimit from 'p-limit';
import type { ClusterState, Problem, Skipped } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import { readArgoSettings } from './argo-settings.ts';
import { readConfigMaps } from './config-maps.ts';
import { connect } from './connection.ts';
import { readDefinitions } from './definitions.ts';
import { askIstiods, findIstiods } from './istiods.ts';
import type { KubeOptions, ProxySelection } from './options.ts';
import { selectProxies } from './proxies.ts';
import { proxySource } from './proxy-source.ts';
import { readResources } from './resources.ts';

export interface ReadOptions extends KubeOptions, ProxySelection {
  /** Where istiod runs; by default it is looked for. */
  istioNamespace?: string;
  /** Proxies that are read at a time; 16. */
  concurrency?: number;
  /** Deadline of each proxy in milliseconds; 30 s. */
  proxyTimeoutMs?: number;
  /** Ask the istiods; true. Without it nothing but objects is read, and no port is forwarded. */
  istiods?: boolean;
  /** Read the definitions of the kinds of the mesh, by which objects are judged; false. */
  definitions?: boolean;
  /** For a capture: ask istiod for its registry too, and keep of each object what nothing else reads. */
  registry?: boolean;
}

/** What is being read, and how much of it is done. */
export interface Progress {
  stage: 'resources' | 'istiod';
  done: number;
  total: number;
}

const defaultConcurrency = 16;
const defaultProxyTimeoutMs = 30_000;

/**
 * Reads a live cluster: all objects, istiod's answers, and the proxies to be read one by one. What could not be read
 * stands in `skipped`; a problem is returned only where nothing at all can be said (no such context, server
 * unreachable, credentials refused, selection wrong). Never rejects.
 */
export async function readCluster(
  options: ReadOptions,
  signal?: AbortSignal,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<ClusterState | Problem> {
  const connection = await connect(options, signal);
  if (isProblem(connection)) return connection;
  const read = await readResources(connection, signal, options.registry, (done, total) =>
    onProgress({ stage: 'resources', done, total }),
  );
  if (isProblem(read)) return read;
  const proxyPods = selectProxies(read.resources, options);
  const noPods = read.skipped.find(({ what }) => what === 'pods');
  // A selection that finds nothing among pods that may not be listed is no mistake of the selection.
  if (isProblem(proxyPods) && noPods)
    return { code: 'forbidden', message: noPods.message, advice: 'no proxy can be selected before that.' };
  if (isProblem(proxyPods)) return proxyPods;
  const deadlineMs = options.proxyTimeoutMs ?? defaultProxyTimeoutMs;
  const { rootNamespace, pods } = findIstiods(read.resources, options.istioNamespace);
  onProgress({ stage: 'istiod', done: 0, total: pods.length });
  const absent = new Set(read.skipped.flatMap(({ what, reason }) => (reason === 'not-served' ? [what] : [])));
  const [configMaps, argoSettings, definitions, istiods] = await Promise.all([
    readConfigMaps(connection, rootNamespace, signal),
    readArgoSettings(connection, read.resources, signal),
    options.definitions ? readDefinitions(connection, absent, signal) : [],
    askIstiods(connection, options.istiods === false ? [] : pods, { deadlineMs, signal, registry: options.registry }),
  ]);
  onProgress({ stage: 'istiod', done: pods.length, total: pods.length });
  for (const part of [configMaps, argoSettings, definitions])
    if (Array.isArray(part)) read.resources.push(...part);
    else read.skipped.push(part.skipped);
  if (pods.length === 0) read.skipped.push(noIstiod(rootNamespace));
  const limit = pLimit(options.concurrency ?? defaultConcurrency);
  const { context, cluster } = connection.target;
  return {
    origin: `context ${context} (${cluster.server})`,
    takenAt: new Date().toISOString(),
    resources: read.resources,
    istiods,
    proxies: proxyPods.map((pod) => proxySource(connection, pod, limit, deadlineMs)),
    skipped: read.skipped,
  };
}

function noIstiod(rootNamespace: string): Skipped {
  return {
    what: 'istiod',
    reason: 'not-found',
    message: `no istiod runs in namespace ${rootNamespace}; with another root namespace give --istio-namespace`,
    hides: 'what the proxies acknowledged, and the mesh config in force',
  };
}
