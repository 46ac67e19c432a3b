import type { Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { headerMatch } from '../match/header-match.ts';
import { percent, share } from '../percent.ts';
import type { HttpRequest } from '../request.ts';

/** What the fault filter does to a request. */
export interface Fault {
  /** Status of an abort that is sure. */
  abort?: number;
  delay?: string;
  /** Aborts of a share of requests only. */
  aborts: { words: string; status: number }[];
  /** Delays of a share of requests only. */
  delays: string[];
}

/** Judges `http.fault.v3.HTTPFault`: a percentage of 100 is sure, of 0 never, all between is chance. */
export function judgeFault(config: Message, request: HttpRequest): Fault {
  const fault: Fault = { aborts: [], delays: [] };
  const headers = objects(config['headers']) as Message[];
  if (headers.some((it) => headerMatch(it).test(request) !== true)) return fault;
  const { delay, abort } = config;
  if (delay?.['fixed_delay']) {
    const part = share(delay['percentage']);
    if (part >= 1) fault.delay = delay['fixed_delay'];
    else if (part > 0) fault.delays.push(`${percent(part)} of requests are delayed by ${delay['fixed_delay']}`);
  }
  if (abort && (abort['http_status'] !== undefined || abort['grpc_status'] !== undefined)) {
    const part = share(abort['percentage']);
    // A gRPC status is carried by a 200 to clients of gRPC, and mapped to HTTP for others.
    const status = abort['http_status'] ?? 200;
    if (part >= 1) fault.abort = Number(status);
    else if (part > 0)
      fault.aborts.push({ words: `${percent(part)} of requests are answered with ${status}`, status: Number(status) });
  }
  return fault;
}
