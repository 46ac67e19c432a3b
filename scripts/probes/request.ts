import { type ClientRequest, readRequest } from '../../src/explain/index.ts';
import { statusAsked } from './lab.ts';
import type { Probe } from './recording.ts';

/** The request that a probe sent, and the status that it asked the echo server for. */
export function requestOf(probe: Probe): { request: ClientRequest; status: number } {
  const headers = Object.entries(probe.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const request = readRequest(probe.url, [`user-agent: probe/${probe.id}.0`, 'accept: */*', ...headers], probe.method);
  return { request, status: statusAsked(request.http.path, probe.headers) };
}
