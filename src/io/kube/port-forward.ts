import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { Access, Connection } from './connection.ts';
import { pauseMs } from './pause.ts';
import { PortForwardStream } from './port-forward-stream.ts';
import { networkProblem, retryAfterMs, statusProblem } from './problems.ts';

/** A port of a pod, to be reached through the API server. */
export interface PodPort {
  namespace: string;
  podName: string;
  port: number;
  /** What the report cannot say where it may not be reached. */
  hides: string;
}

/** How the kubelet multiplexes a forwarded port over a WebSocket (k8s.io/kubelet portforward, `wsstream`). */
const subprotocol = 'v4.channel.k8s.io';
const maxTries = 4;
/** Longest pause where the server names none. */
const maxPauseMs = 4000;
const closeMs = 1000;

/**
 * Opens a port of a pod as a stream; no local port is opened. An overloaded or failing API server is asked again after
 * a pause, for as long as `signal` lets us. Never rejects.
 *
 * @param onRefusal is told of each answer after which it is tried again
 */
export async function openPortForward(
  connection: Connection,
  target: PodPort,
  signal: AbortSignal,
  onRefusal: (problem: Problem) => void = () => undefined,
): Promise<Duplex | Problem> {
  let renewed = false;
  for (let tries = 1; ; tries++) {
    const access = await connection.access(signal);
    if (isProblem(access)) return access;
    const { outcome, retryAfter } = await handshake(connection, access, target, signal);
    if (!isProblem(outcome)) return outcome;
    if (outcome.code === 'unauthorized' && !renewed && connection.renew(access)) renewed = true;
    else if (!mayPass(outcome, tries)) return outcome;
    onRefusal(outcome);
    try {
      await sleep(pauseMs(connection, tries, retryAfter, maxPauseMs), undefined, { signal });
    } catch (error) {
      return networkProblem(error, connection.target);
    }
  }
}

/** A server that asks to wait is asked until the deadline: many proxies are read through it at once. */
function mayPass({ code }: Problem, tries: number): boolean {
  return code === 'overloaded' || ((code === 'server' || code === 'closed') && tries < maxTries);
}

interface Handshake {
  outcome: Duplex | Problem;
  /** Milliseconds that an overloaded server asks to wait. */
  retryAfter?: number;
}

function handshake(
  connection: Connection,
  access: Access,
  { namespace, podName, port, hides }: PodPort,
  signal: AbortSignal,
): Promise<Handshake> {
  const server = connection.target.cluster.server.replace(/^http/, 'ws').replace(/\/+$/, '');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(podName)}/portforward`;
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ outcome: networkProblem(new DOMException('stopped', 'AbortError'), connection.target) });
      return;
    }
    const options = {
      ...access,
      perMessageDeflate: false,
      // A dump comes in frames of the kubelet's buffer; anything bigger is not from it.
      maxPayload: 64 * 1024 * 1024,
      // After the peer's close frame nothing comes any more, whether it closes the connection or not. (@types/ws lacks it.)
      closeTimeout: closeMs,
    };
    const socket = new WebSocket(`${server}${path}?ports=${port}`, subprotocol, options);
    const abort = () => {
      resolve({ outcome: networkProblem(new DOMException('stopped', 'AbortError'), connection.target) });
      socket.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    const done = (outcome: Duplex | Problem, retryAfter?: number) => {
      signal.removeEventListener('abort', abort);
      resolve({ outcome, retryAfter });
    };
    socket.once('open', () => done(new PortForwardStream(socket)));
    socket.once('unexpected-response', async (_request, response) => {
      done(await refusal(connection, response, hides), retryAfterMs(response.headers));
      socket.terminate();
    });
    socket.on('error', (error) =>
      done(
        /subprotocol|Sec-WebSocket|Upgrade header/i.test(error.message)
          ? unsupported(error.message)
          : networkProblem(error, connection.target),
      ),
    );
  });
}

/** The API server's answer where it did not switch protocols. */
async function refusal(connection: Connection, response: IncomingMessage, hides: string): Promise<Problem> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    // What came says enough.
  }
  const status = response.statusCode ?? 0;
  const body = Buffer.concat(chunks);
  if (status === 200 || status === 400 || status === 426)
    return unsupported(`it answered ${status} ${body.toString('utf8', 0, 120)}`);
  // A WebSocket is a GET; newer servers want `create` too (AuthorizePodWebsocketUpgradeCreatePermission).
  const wanted = { verb: 'create', resource: 'pods/portforward', group: '', hides };
  const problem = statusProblem(status, body, connection.target, wanted);
  return status === 404 ? { ...problem, advice: 'The pod was deleted while this ran; run again.' } : problem;
}

function unsupported(said: string): Problem {
  return {
    code: 'unsupported',
    message: `the API server does not forward ports over WebSockets: ${said.trim()}`,
    advice: 'Kubernetes 1.30 or newer is needed, and no proxy in between that drops the Upgrade header.',
  };
}
