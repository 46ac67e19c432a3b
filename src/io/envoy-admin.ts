import type { Problem, ProxyAnswers } from '../model/cluster-state.ts';
import { isProblem } from '../model/cluster-state.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { PodHttp } from './kube/pod-http.ts';

/** Envoy's admin listens here, on localhost only. */
export const adminPort = 15000;

/**
 * Asks a proxy's admin interface for all that is compared. Without a config_dump the proxy has nothing to say and its
 * problem is returned; each other answer that fails is one of `problems`. Never rejects.
 *
 * @param id `namespace/pod`, for messages
 */
export async function readAdmin(http: PodHttp, id: string): Promise<ProxyAnswers | Problem> {
  const configDump = await http.get('/config_dump?include_eds=true');
  if (isProblem(configDump)) return configDump;
  if (!looksLikeDump(configDump)) return rubbish(id, '/config_dump', configDump);
  const problems: Problem[] = [];
  const part = async (path: string): Promise<JsonObject | undefined> => {
    const body = await http.get(path);
    const value = isProblem(body) ? body : parseObject(id, path, body);
    if (!isProblem(value)) return value;
    problems.push(value);
    return undefined;
  };
  // One after the other: they share one connection, and Envoy answers them on its main thread.
  const clusters = await part('/clusters?format=json');
  const listeners = await part('/listeners?format=json');
  const certs = await part('/certs');
  const serverInfo = await part('/server_info');
  // 100 KB of names of extensions; the node stands in the dump's bootstrap too.
  delete serverInfo?.['node'];
  return { configDump, clusters, listeners, certs, serverInfo, problems };
}

/** A cheap look, for a dump may have 60 MB and is parsed by those who decode it. */
function looksLikeDump(body: Buffer): boolean {
  const start = body.toString('utf8', 0, 200).trimStart();
  const end = body.toString('utf8', Math.max(0, body.length - 20)).trimEnd();
  return /^\{\s*("configs"|\})/.test(start) && end.endsWith('}');
}

function parseObject(id: string, path: string, body: Buffer): JsonObject | Problem {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return value as JsonObject;
  } catch {
    // Handled as any other wrong answer.
  }
  return rubbish(id, path, body);
}

function rubbish(id: string, path: string, body: Buffer): Problem {
  return {
    code: 'rubbish',
    message: `${id}: ${path} answered with something else than Envoy's JSON: ${JSON.stringify(body.toString('utf8', 0, 60))}`,
    advice: `Look at what listens on port ${adminPort} of the pod.`,
  };
}
