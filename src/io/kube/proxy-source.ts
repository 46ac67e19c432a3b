import type { LimitFunction } from 'p-limit';
import type { Problem, ProxyAnswers, ProxyPart, ProxySource } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { Resource } from '../../model/resource.ts';
import { adminPort, readAdmin } from '../envoy-admin.ts';
import { getText } from './api-client.ts';
import type { Connection } from './connection.ts';
import { type DumpBudget, dumpsInFlight } from './dump-budget.ts';
import { listeningDeadline } from './listening-timer.ts';
import { podHttp } from './pod-http.ts';
import { podId, podPhase } from './proxies.ts';

const hides = 'what the proxies really have';
/** Last lines of the proxy's log that are read: rejected config is logged there. */
const logLines = 200;

/**
 * A pod's proxy, to be read when it is its turn: `limit` bounds how many are under way, and so the memory that dumps
 * take. Each read has a deadline of its own that begins with its turn; one that hangs does not hold up the others for
 * longer. Large dumps wait for their share of `budget`, which does not count, and hold it until the answers are released.
 */
export function proxySource(
  connection: Connection,
  pod: Resource,
  limit: LimitFunction,
  deadlineMs: number,
  budget: DumpBudget = dumpsInFlight,
): ProxySource {
  const { namespace, name: podName } = pod.metadata;
  const id = podId(pod);
  const read = async (outer?: AbortSignal, parts?: readonly ProxyPart[]): Promise<ProxyAnswers | Problem> => {
    const phase = podPhase(pod);
    if (phase !== 'Running') return notRunning(id, phase);
    const deadline = listeningDeadline(deadlineMs);
    const signal = outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal;
    const share = budget.share();
    const room = (bytes: number): Promise<void> | undefined => {
      const wait = share.more(bytes);
      if (wait) deadline.timer.pause();
      return wait?.then(() => deadline.timer.resume());
    };
    const http = podHttp(connection, { namespace, podName, port: adminPort, hides }, signal, room);
    let read = false;
    try {
      const answers = await readAdmin(http, id, parts);
      if (isProblem(answers)) return answers;
      answers.release = share.release;
      read = true;
      const log = await readLog(connection, namespace, podName, signal);
      if (typeof log === 'string') return { ...answers, log };
      // A log that is not there loses nothing; one that may not be read is for the reader to know.
      return log.code === 'forbidden' ? { ...answers, problems: [...answers.problems, log] } : answers;
    } finally {
      if (!read) share.release();
      deadline.timer.clear();
      http.close();
    }
  };
  return { id, namespace, podName, read: (signal, parts) => limit(() => read(signal, parts)) };
}

/** The log only adds the words of a rejection; where it may not be read nothing else is lost. */
async function readLog(
  connection: Connection,
  namespace: string,
  podName: string,
  signal: AbortSignal,
): Promise<string | Problem> {
  const path = `/api/v1/namespaces/${namespace}/pods/${podName}/log?container=istio-proxy&tailLines=${logLines}`;
  const words = "Envoy's own words on the updates that it rejects, where istiod does not repeat them";
  return getText(connection, path, { verb: 'get', resource: 'pods/log', group: '', hides: words }, signal);
}

function notRunning(id: string, phase: string): Problem {
  return {
    code: 'not-found',
    message: `${id} has no running proxy: the pod is ${phase || 'in no known phase'}`,
    advice: `See kubectl describe pod -n ${id.replace('/', ' ')}.`,
  };
}
