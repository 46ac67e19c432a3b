import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { Target } from './target.ts';

/** What a request wanted to do, to say which permission is missing. */
export interface Wanted {
  verb: string;
  /** `pods`, `pods/portforward`, `virtualservices` */
  resource: string;
  group: string;
  /** What the report cannot say without the answer. */
  hides: string;
}

/** No server is waited for longer than this at a time, whatever its Retry-After says. */
const maxWaitMs = 30_000;

/** Milliseconds of a Retry-After header: seconds, or a date. */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), maxWaitMs);
}

/** The deadline of a request or the patience with a silent server ran out. */
export class DeadlineError extends Error {}

const tlsCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|HOSTNAME_MISMATCH)/;
const unreachableCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ETIMEDOUT|EADDRNOTAVAIL)$/;

/** The problem that a failed connection or a broken answer is. */
export function networkProblem(error: unknown, target: Target): Problem {
  const { code = '', message, name } = error as NodeJS.ErrnoException;
  const server = target.cluster.server;
  if (error instanceof DeadlineError)
    return {
      code: 'timeout',
      message: `${server} ${message}`,
      advice: 'Check the network (VPN, proxy), or give a longer --request-timeout.',
    };
  if (name === 'AbortError') return { code: 'aborted', message: 'stopped before the answer came', advice: '' };
  if (tlsCodes.test(code))
    return {
      code: 'tls',
      message: `no trusted TLS connection to ${server}: ${message} (${code})`,
      advice: /ALTNAME|HOSTNAME/.test(code)
        ? `Correct \`server\` or set \`tls-server-name\` of cluster "${target.clusterName}".`
        : `Check \`certificate-authority\` of cluster "${target.clusterName}" and the client certificate of user "${target.userName}".`,
    };
  if (unreachableCodes.test(code))
    return {
      code: 'unreachable',
      message: `cannot reach the API server ${server} of context "${target.context}" (${code})`,
      advice: 'Check that the cluster runs, the VPN or proxy, and the context.',
    };
  return {
    code: 'closed',
    message: `the connection to ${server} broke: ${message}`,
    advice: 'Try again; check proxies and load balancers in between.',
  };
}

/** The problem that an answer other than 2xx is. `body` is a Kubernetes Status or text of something in between. */
export function statusProblem(status: number, body: Buffer, target: Target, wanted?: Wanted): Problem {
  const said = statusMessage(body);
  const hidden = wanted?.hides ? ` Without it: ${wanted.hides}.` : '';
  if (status === 401)
    return {
      code: 'unauthorized',
      message: `the API server does not accept the credentials of user "${target.userName}" (context "${target.context}")`,
      advice:
        'The token or certificate has expired or is of another cluster: log in again, or choose another --context.',
    };
  if (status === 403)
    return { code: 'forbidden', message: said || 'forbidden', advice: missingRule(said, wanted) + hidden };
  if (status === 404) return { code: 'not-found', message: said || 'not found', advice: '' };
  if (status === 429)
    return { code: 'overloaded', message: `the API server asks to wait: ${said}`, advice: 'Try again later.' };
  return {
    code: 'server',
    message: `the API server answered ${status}: ${said}`,
    advice: `Look at the log of the API server.${hidden}`,
  };
}

/** The rule that would allow it. The refused verb stands in the server's own words. */
function missingRule(said: string, wanted?: Wanted): string {
  const [, verb, resource, group] = /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"/.exec(said) ?? [];
  const rule = {
    apiGroups: [group ?? wanted?.group ?? ''],
    resources: [resource ?? wanted?.resource ?? '*'],
    verbs: [verb ?? wanted?.verb ?? 'get'],
  };
  const text = `{apiGroups: ${JSON.stringify(rule.apiGroups)}, resources: ${JSON.stringify(rule.resources)}, verbs: ${JSON.stringify(rule.verbs)}}`;
  return `Missing is the verb "${rule.verbs[0]}" on ${rule.resources[0]}: have the rule ${text} added to a ClusterRole of yours.`;
}

function statusMessage(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed) && typeof parsed['message'] === 'string') return parsed['message'];
  } catch {
    // Not from Kubernetes: a proxy or a load balancer.
  }
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
