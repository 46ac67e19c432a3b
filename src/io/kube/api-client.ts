import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Access, Connection } from './connection.ts';
import { pauseMs } from './pause.ts';
import type { Wanted } from './problems.ts';
import { networkProblem, retryAfterMs, statusProblem } from './problems.ts';
import type { Reply } from './request.ts';
import { send } from './request.ts';

/** A request is made so many times at most; and so many times where the server asks to wait, about a minute. */
const maxTries = 6;
const maxTriesOverloaded = 9;
/** An answer of the API server: its status and, where it is an object, its JSON. */
export interface ApiAnswer {
  status: number;
  value: JsonObject;
}

/**
 * GETs an object of the API server. Never rejects.
 *
 * @returns the object for 2xx and 410 (which lists handle themselves), else the problem
 */
export async function getObject(
  connection: Connection,
  path: string,
  wanted?: Wanted,
  signal?: AbortSignal,
): Promise<ApiAnswer | Problem> {
  const reply = await getReply(connection, path, signal);
  return isProblem(reply) ? reply : readReply(reply, connection, wanted);
}

/** GETs a text, such as a container's log. Never rejects. */
export async function getText(
  connection: Connection,
  path: string,
  wanted?: Wanted,
  signal?: AbortSignal,
): Promise<string | Problem> {
  const reply = await getReply(connection, path, signal);
  if (isProblem(reply)) return reply;
  if (reply.status !== 200) return statusProblem(reply.status, reply.body, connection.target, wanted);
  return reply.body.toString('utf8');
}

/**
 * 429 and 5xx are repeated after `Retry-After` or a growing pause, a broken connection too; a 401 renews what can be
 * renewed (exec plugin, token file) once.
 */
async function getReply(connection: Connection, path: string, signal?: AbortSignal): Promise<Reply | Problem> {
  const url = new URL(connection.target.cluster.server.replace(/\/+$/, '') + path);
  let renewed = false;
  for (let tries = 1; ; tries++) {
    const access = await connection.access(signal);
    if (isProblem(access)) return access;
    const outcome = await attempt(connection, access, url, signal);
    if (isProblem(outcome)) {
      if (outcome.code !== 'closed' || tries >= 3) return outcome;
    } else if (outcome.status === 401 && !renewed && connection.renew(access)) {
      renewed = true;
      continue;
    } else if (!isTransient(outcome.status) || tries >= (outcome.status === 429 ? maxTriesOverloaded : maxTries)) {
      return outcome;
    }
    const asked = isProblem(outcome) ? undefined : retryAfterMs(outcome.headers);
    try {
      await sleep(pauseMs(connection, tries, asked), undefined, { signal });
    } catch (error) {
      return networkProblem(error, connection.target);
    }
  }
}

async function attempt(
  connection: Connection,
  access: Access,
  url: URL,
  signal?: AbortSignal,
): Promise<Reply | Problem> {
  try {
    return await send(url, access, { timeoutMs: connection.timeoutMs, idleMs: connection.idleMs, signal });
  } catch (error) {
    return networkProblem(error, connection.target);
  }
}

function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function readReply(reply: Reply, connection: Connection, wanted?: Wanted): ApiAnswer | Problem {
  const { status, body } = reply;
  if ((status < 200 || status > 299) && status !== 410) return statusProblem(status, body, connection.target, wanted);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return { status, value: value as JsonObject };
  } catch {
    // The same as JSON of another kind.
  }
  return {
    code: 'rubbish',
    message: `${connection.target.cluster.server} answered with something else than Kubernetes JSON: ${body.toString('utf8', 0, 80)}`,
    advice: 'A login page or a proxy answers in place of the API server: check `server` and the proxies.',
  };
}
