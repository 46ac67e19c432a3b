import type { Problem, ProxyAnswers, ProxyPart } from '../model/cluster-state.ts';
import { isProblem, proxyParts } from '../model/cluster-state.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { PodHttp } from './kube/pod-http.ts';

/** Envoy's admin listens here, on localhost only. */
export const adminPort = 15000;

const pages: Record<ProxyPart, string> = {
  clusters: '/clusters?format=json',
  listeners: '/listeners?format=json',
  certs: '/certs',
  serverInfo: '/server_info',
};

/**
 * Asks a proxy's admin interface for what it holds. Without a config_dump the proxy has nothing to say and its
 * problem is returned; each other answer that fails is one of `problems`. Never rejects.
 *
 * @param id `namespace/pod`, for messages
 * @param parts that are asked for beside the dump
 */
export async function readAdmin(
  http: PodHttp,
  id: string,
  parts: readonly ProxyPart[] = proxyParts,
): Promise<ProxyAnswers | Problem> {
  const configDump = await http.get('/config_dump?include_eds=true');
  if (isProblem(configDump)) return configDump;
  if (!looksLikeDump(configDump)) return rubbish(id, '/config_dump', configDump);
  const problems: Problem[] = [];
  const answers: ProxyAnswers = { configDump, problems };
  // One after the other: they share one connection, and Envoy answers them on its main thread.
  for (const part of proxyParts) {
    if (!parts.includes(part)) continue;
    const body = await http.get(pages[part]);
    const value = isProblem(body) ? body : parseObject(id, pages[part], body);
    if (isProblem(value)) problems.push(value);
    else answers[part] = value;
  }
  // 100 KB of names of extensions; the node stands in the dump's bootstrap too.
  delete answers.serverInfo?.['node'];
  return answers;
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
