import type { HttpRequest } from './request.ts';

/** How a request ends, as the one who sent it sees it. */
export interface Outcome {
  /**
   * `answer`: there is a response with `status`. `closed`: the connection ended without one. `refused`: nobody takes the
   * connection. `tls-failed`: the handshake cannot work. `open`: what happens cannot be told, `reason` says why.
   */
  kind: 'answer' | 'closed' | 'refused' | 'tls-failed' | 'open';
  status?: number;
  /** Envoy's response flags of the proxy that logs the request; `-` for none. */
  flag: string;
  /** Flags that chance may give instead, where the rest stays as it is. */
  otherFlags?: string[];
  /** Envoy's response code details, or words of that kind. */
  details: string;
  /** Who answers: a proxy (`namespace/pod`), `application`, or a server outside of the mesh. */
  by?: string;
  /** Name of the server that the application runs on. */
  server?: string;
  /** The other side answers, and not in HTTP. */
  garbled?: true;
  location?: string;
  body?: string;
  /** The request that reaches the application. */
  upstream?: HttpRequest;
  /** For `open`: what decides. */
  reason?: string;
  /** For `open`: the shares of routes and endpoints decide, or a server outside of the mesh that is reached. */
  decidedBy?: 'chance' | 'outside';
  /** For `open`: all ends that there may be, where they are known. */
  ends?: Outcome[];
  /** What a prediction takes for granted, such as that a Lua filter does not answer itself. */
  assumes?: string[];
}

/** An answer of a proxy itself. */
export function localReply(status: number, details: string, flag = '-', more: Partial<Outcome> = {}): Outcome {
  return { kind: 'answer', status, flag, details, ...more };
}

/** What cannot be told; `ends` are all that there may be. */
export function open(reason: string, ends?: readonly Outcome[]): Outcome {
  const known = ends?.flatMap((it) => (it.kind === 'open' ? (it.ends ?? [undefined]) : [it]));
  const all = known?.every((it) => it !== undefined) ? known : undefined;
  return { kind: 'open', flag: '-', details: 'unpredictable', reason, ...(all ? { ends: all } : {}) };
}

/** Whether two ways end alike for the client. */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  return a.kind === b.kind && a.status === b.status && a.flag === b.flag && a.location === b.location;
}
