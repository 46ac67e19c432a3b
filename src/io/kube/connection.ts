import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import { buildRequestOptions } from './credentials.ts';
import { runExecPlugin } from './exec-credential.ts';
import { configProblem, loadKubeconfig } from './kubeconfig.ts';
import type { KubeOptions } from './options.ts';
import { parseTimeout } from './options.ts';
import type { Target } from './target.ts';
import { selectTarget } from './target.ts';

/** TLS material, agent and headers: what `https.request` and `ws` need to be let in. */
export type Access = RequestOptions & { agent: Agent; headers: OutgoingHttpHeaders };

/** A way to one API server as one user. Credentials are obtained once, and again when they expire or are refused. */
export interface Connection {
  target: Target;
  /** Deadline of one request, 0 for none. */
  timeoutMs: number;
  /** No byte for so long means that the server or the network is gone. */
  idleMs: number;
  /** Longest wait before the first repetition of a request; doubles each time. */
  backoffMs: number;
  /** From 0 up to 1: what pauses vary by. */
  random(): number;
  access(signal?: AbortSignal): Promise<Access | Problem>;
  /** After a 401: forgets what a plugin or a token file gave for `used`. False where there is nothing to be renewed. */
  renew(used: Access): boolean;
  /** Closes idle connections, so that the process can end. */
  close(): void;
}

/**
 * Finds out how to reach the API server; nothing is sent yet and no plugin is run.
 *
 * @param signal ends a credential plugin that is still running
 */
export async function connect(options: KubeOptions, signal?: AbortSignal): Promise<Connection | Problem> {
  const timeoutMs = parseTimeout(options.requestTimeout ?? '0');
  if (timeoutMs === undefined)
    return configProblem(`--request-timeout "${options.requestTimeout}" is not a duration`, 'Write 30s, 2m or 0.');
  const config = await loadKubeconfig(options);
  if (isProblem(config)) return config;
  const target = selectTarget(config, options);
  if (isProblem(target)) return target;
  const impersonates = target.user['as'] !== undefined && target.user['as'] !== '';
  if (!impersonates && (target.user['as-groups'] || target.user['as-uid']))
    return configProblem('a group or uid can only be impersonated together with a user', 'Add --as USER.');
  return new KubeConnection(target, timeoutMs, options, signal);
}

class KubeConnection implements Connection {
  readonly target: Target;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly backoffMs: number;
  readonly random: () => number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #signal: AbortSignal | undefined;
  #access: Promise<Access | Problem> | undefined;
  #current: Access | Problem | undefined;
  #expires = Number.POSITIVE_INFINITY;

  constructor(target: Target, timeoutMs: number, options: KubeOptions, signal?: AbortSignal) {
    this.target = target;
    this.timeoutMs = timeoutMs;
    this.idleMs = options.idleMs ?? 30_000;
    this.backoffMs = options.backoffMs ?? 250;
    this.random = options.random ?? Math.random;
    this.#env = options.env ?? process.env;
    this.#signal = signal;
  }

  async access(signal?: AbortSignal): Promise<Access | Problem> {
    if (this.#expires <= Date.now()) this.#forget();
    this.#access ??= this.#build().then((access) => {
      this.#current = access;
      return access;
    });
    return unlessAborted(this.#access, signal);
  }

  async #build(): Promise<Access | Problem> {
    const { user, cluster } = this.target;
    const credential = user['exec'] ? await runExecPlugin(user, cluster, this.#env, this.#signal) : undefined;
    if (isProblem(credential)) return credential;
    this.#expires = credential?.expires ?? Number.POSITIVE_INFINITY;
    return buildRequestOptions(this.target, credential, this.#env);
  }

  renew(used: Access): boolean {
    const { user } = this.target;
    if (!user['exec'] && !user['tokenFile'] && !user['auth-provider']) return false;
    // Requests that run side by side are refused side by side: only the first of them renews.
    if (this.#current === used) this.#forget();
    return true;
  }

  #forget(): void {
    this.#access = undefined;
    this.#current = undefined;
    this.#expires = Number.POSITIVE_INFINITY;
  }

  close(): void {
    if (this.#current && !isProblem(this.#current)) this.#current.agent.destroy();
  }
}

/** All requests wait for the same credentials; one that is given up must not end the others' waiting. */
function unlessAborted(access: Promise<Access | Problem>, signal?: AbortSignal): Promise<Access | Problem> {
  if (!signal) return access;
  return new Promise((resolve) => {
    const stop = () => resolve({ code: 'aborted', message: 'stopped before the credentials came', advice: '' });
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    void access.then((outcome) => {
      signal.removeEventListener('abort', stop);
      resolve(outcome);
    });
  });
}
