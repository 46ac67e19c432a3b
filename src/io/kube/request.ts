import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Access } from './connection.ts';
import { type ListeningTimer, listeningTimer } from './listening-timer.ts';
import { DeadlineError } from './problems.ts';

const unzip = promisify(gunzip);

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

export interface Limits {
  /** For the whole answer; 0: none. */
  timeoutMs: number;
  /** Between two bytes, and before the first one; covers the connection and its handshakes. 0: none. */
  idleMs: number;
  signal?: AbortSignal;
  /** Asked for room for each piece of the body; while it is waited for nothing is read, and no time counts. */
  room?: ((bytes: number) => Promise<void> | undefined) | undefined;
}

/**
 * One GET, by hand: a typed client would make a connection and a copy for each call.
 *
 * @throws DeadlineError, an AbortError, or the socket's error; also where the answer ends before it is complete
 */
export function send(
  url: URL,
  access: Partial<Access>,
  limits: Limits,
  accept = 'application/json, */*',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { ...access.headers, Accept: accept, 'Accept-Encoding': 'gzip' };
    const { get } = url.protocol === 'https:' ? https : http;
    const request = get(url, { ...access, headers, signal: limits.signal });
    const timers: ListeningTimer[] = [];
    const guard = (ms: number, words: string) => {
      if (ms <= 0) return undefined;
      const timer = listeningTimer(ms, () => {
        // First our own reason: a destroyed request reports a mere reset where the answer had begun.
        fail(new DeadlineError(`${words} ${ms / 1000} s`));
        request.destroy();
      });
      timers.push(timer);
      return timer;
    };
    guard(limits.timeoutMs, 'did not answer within');
    const idle = guard(limits.idleMs, 'sent nothing for');
    const settle = () => {
      for (const timer of timers) timer.clear();
    };
    const fail = (error: Error) => {
      settle();
      reject(limits.signal?.aborted ? new DOMException('stopped', 'AbortError') : error);
    };
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        idle?.refresh();
        chunks.push(chunk);
        const room = limits.room?.(chunk.length);
        if (!room) return;
        response.pause();
        for (const timer of timers) timer.pause();
        void room.then(() => {
          for (const timer of timers) timer.resume();
          response.resume();
        });
      });
      response.on('error', fail);
      response.on('end', async () => {
        settle();
        try {
          const raw = Buffer.concat(chunks);
          chunks.length = 0;
          const body = response.headers['content-encoding'] === 'gzip' ? await unzip(raw) : raw;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        } catch (error) {
          reject(error);
        }
      });
    });
  });
}
