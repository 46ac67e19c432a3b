import pLimit from 'p-limit';
import type { IstiodAnswers, Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { syncRows } from '../sync-rows.ts';
import type { Connection } from './connection.ts';
import type { PodHttp } from './pod-http.ts';
import { podHttp } from './pod-http.ts';
import { podPhase } from './proxies.ts';

const monitoringPort = 15014;
const usualNamespace = 'istio-system';
const hides = 'what istiod tells: its version, the mesh config in force, and what the proxies acknowledged';

/**
 * The running istiod pods: of the given namespace, else of all, those of the root namespace first. That is the namespace
 * that has istiods, `istio-system` before others, unless the mesh config says otherwise. A proxy that the others serve
 * would be taken for disconnected if they were not asked.
 */
export function findIstiods(
  resources: readonly Resource[],
  given?: string,
): { rootNamespace: string; pods: Resource[] } {
  const istiods = resources.filter(
    (resource) =>
      resource.kind === 'Pod' &&
      (resource.metadata.labels['app'] === 'istiod' || resource.metadata.labels['istio'] === 'pilot') &&
      resource.metadata.deletionTimestamp === undefined &&
      podPhase(resource) === 'Running',
  );
  const namespaces = istiods.map(({ metadata }) => metadata.namespace).sort();
  const usual = namespaces.includes(usualNamespace) ? usualNamespace : namespaces[0];
  const rootNamespace = given ?? usual ?? usualNamespace;
  const isRoot = ({ metadata }: Resource): boolean => metadata.namespace === rootNamespace;
  const others = given === undefined ? istiods.filter((pod) => !isRoot(pod)) : [];
  return { rootNamespace, pods: [...istiods.filter(isRoot), ...others] };
}

/**
 * Asks each istiod for its version, its own view of what the proxies acknowledged (a replica knows only the proxies
 * connected to it) and its effective mesh config. It answers on localhost without authentication, which is where a
 * forwarded port ends.
 *
 * @param registry ask for `/debug/registryz` too, which may be big
 */
export async function askIstiods(
  connection: Connection,
  pods: readonly Resource[],
  options: { deadlineMs: number; signal?: AbortSignal; registry?: boolean },
): Promise<IstiodAnswers[]> {
  const limit = pLimit(4);
  return Promise.all(pods.map((pod) => limit(() => ask(connection, pod, options))));
}

async function ask(
  connection: Connection,
  pod: Resource,
  options: { deadlineMs: number; signal?: AbortSignal; registry?: boolean },
): Promise<IstiodAnswers> {
  const { name: podName, namespace, labels } = pod.metadata;
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const http = podHttp(connection, { namespace, podName, port: monitoringPort, hides }, signal);
  const problems: Problem[] = [];
  const take = <T>(answer: T | Problem): T | undefined => {
    if (!isProblem(answer)) return answer;
    problems.push(answer);
    return undefined;
  };
  try {
    const version = take(await http.get('/version'))
      ?.toString('utf8')
      .trim();
    // One failure of the connection is enough to know; each further request would cost its own time.
    const on = version !== undefined;
    const syncz = on ? take(await getJson(http, podName, '/debug/syncz', isRows)) : undefined;
    const mesh = on ? take(await getJson(http, podName, '/debug/mesh', isJsonObject)) : undefined;
    // What istiod reads of other clusters decides what of a proxy can be judged; a refusal is no gap of its own.
    const clusters = on ? await getJson(http, podName, '/debug/clusterz', isRows) : undefined;
    const clusterz = isProblem(clusters) ? undefined : clusters;
    const registryz =
      on && options.registry ? take(await getJson(http, podName, '/debug/registryz', isRows)) : undefined;
    return {
      podName,
      namespace,
      revision: labels['istio.io/rev'] ?? 'default',
      version,
      syncz,
      mesh,
      registryz,
      clusterz,
      problems,
    };
  } finally {
    http.close();
  }
}

async function getJson<T>(
  http: PodHttp,
  podName: string,
  path: string,
  is: (value: unknown) => value is T,
): Promise<T | Problem> {
  const body = await http.get(path);
  if (isProblem(body)) return body;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    // An istiod without proxies answers `null`.
    const answer = path === '/debug/syncz' ? syncRows(value) : (value ?? []);
    if (is(answer)) return answer as T;
  } catch {
    // Handled as any other wrong answer.
  }
  return {
    code: 'rubbish',
    message: `istiod ${podName} answered ${path} with something else: ${body.toString('utf8', 0, 80)}`,
    advice: 'Its debug interface may be switched off (ENABLE_DEBUG_ON_HTTP).',
  };
}

function isRows(value: unknown): value is JsonObject[] {
  return Array.isArray(value) && value.every(isObject);
}

function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}
