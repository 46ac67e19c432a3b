import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { Connection } from './connection.ts';
import type { PodPort } from './port-forward.ts';
import { openPortForward } from './port-forward.ts';
import { DeadlineError } from './problems.ts';
import { type Limits, send } from './request.ts';

/** HTTP to one port of one pod, through the API server: one connection, used again by each request. */
export interface PodHttp {
  /** The body of a 200; everything else is a problem. Never rejects. */
  get(path: string): Promise<Buffer | Problem>;
  close(): void;
}

/** Carries a problem through http's callbacks, which take errors. */
class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** An agent whose connections are forwarded ports. */
class PortForwardAgent extends Agent {
  readonly #open: () => Promise<Duplex | Problem>;

  constructor(open: () => Promise<Duplex | Problem>) {
    super({ keepAlive: true, maxSockets: 1 } satisfies AgentOptions);
    this.#open = open;
  }

  override createConnection(_: ClientRequestArgs, done: (error: Error | null, stream: Duplex) => void): null {
    void this.#open().then((opened) => {
      if (isProblem(opened)) done(new ProblemError(opened), undefined as unknown as Duplex);
      else done(null, opened);
    });
    return null;
  }

  // The agent's own are for TCP sockets: they set timers and references that a stream has not got.
  override keepSocketAlive(): boolean {
    return true;
  }

  override reuseSocket(): void {}
}

/**
 * Prepares requests to a port of a pod. Nothing is opened before the first one.
 *
 * @param signal ends everything: the caller's wish, or the deadline of this pod
 * @param room is asked for the memory of each piece of an answer
 */
export function podHttp(connection: Connection, target: PodPort, signal: AbortSignal, room?: Limits['room']): PodHttp {
  let refusal: Problem | undefined;
  const onRefusal = (problem: Problem) => {
    refusal = problem;
  };
  const agent = new PortForwardAgent(async () => {
    const opened = await openPortForward(connection, target, signal, onRefusal);
    if (!isProblem(opened)) refusal = undefined;
    return opened;
  });
  const id = `${target.namespace}/${target.podName}`;
  return {
    async get(path) {
      const url = new URL(`http://localhost:${target.port}${path}`);
      try {
        const reply = await send(url, { agent }, { timeoutMs: 0, idleMs: connection.idleMs, signal, room });
        if (reply.status === 200) return reply.body;
        return refused(`${id}: ${path} on port ${target.port} answered ${reply.status}`);
      } catch (error) {
        return podProblem(error, id, target, signal, refusal);
      }
    },
    close: () => agent.destroy(),
  };
}

/** `GET` of one path of a pod's port, `http://localhost:PORT/PATH` as seen in the pod. */
export async function portForwardGet(
  connection: Connection,
  target: PodPort,
  path: string,
  signal: AbortSignal,
): Promise<Buffer | Problem> {
  const http = podHttp(connection, target, signal);
  try {
    return await http.get(path);
  } finally {
    http.close();
  }
}

function refused(message: string): Problem {
  return { code: 'rubbish', message, advice: 'Look at the container istio-proxy of the pod.' };
}

/** @param refusal what kept the port from being opened until now */
function podProblem(error: unknown, id: string, target: PodPort, signal: AbortSignal, refusal?: Problem): Problem {
  const late = error instanceof DeadlineError || signal.reason?.name === 'TimeoutError';
  if (late && refusal) return { ...refusal, message: `${id}: ${refusal.message}` };
  if (late)
    return {
      code: 'timeout',
      message: `${id}: port ${target.port} did not answer in time`,
      advice: 'The pod may hang or its node be gone: look at the pod, or give a longer --proxy-timeout.',
    };
  if (signal.aborted) return { code: 'aborted', message: `${id}: stopped before the answer came`, advice: '' };
  if (error instanceof ProblemError) return { ...error.problem, message: `${id}: ${error.problem.message}` };
  return {
    code: 'closed',
    message: `${id}: the answer of port ${target.port} broke off: ${(error as Error).message}`,
    advice: 'Look whether the pod was restarted or its container istio-proxy is not running; try again.',
  };
}
