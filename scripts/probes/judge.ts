import { type Answer, ask, type Start } from '../../src/app/route/ask.ts';
import { idOf, type Mesh } from '../../src/app/route/mesh.ts';
import type { Hop } from '../../src/explain/index.ts';
import { readRequest } from '../../src/explain/index.ts';
import type { Resource } from '../../src/model/resource.ts';
import { readAccessLog } from './access-log.ts';
import type { Probe, Recording } from './recording.ts';

/** The proxies that a prediction rests on. */
export function proxiesOf(answer: Answer | undefined): string[] {
  const hops = [answer?.hop, answer?.inbound, ...(answer?.hop?.branches ?? []).map((it) => it.inbound)];
  return [...new Set(hops.flatMap((it) => it?.proxy ?? []))];
}

/** How a prediction compares with what happened. `open`: the engine says that it cannot tell the status. */
export interface Judgement {
  id: string;
  verdict: 'right' | 'open' | 'wrong';
  wrong: string[];
  answer?: Answer;
  reason?: string;
}

/** Predicts one probe from a mesh and holds the prediction against what was recorded. */
export function judgeProbe(recording: Recording, mesh: Mesh, probe: Probe): Judgement {
  const id = String(probe.id);
  const headers = Object.entries(probe.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const request = readRequest(probe.url, [`user-agent: probe/${id}.0`, 'accept: */*', ...headers], probe.method);
  // The recordings' application answers with the status that it is asked for; all of its servers run.
  const asked = /[?&]status=(\d+)/.exec(request.http.path)?.[1] ?? probe.headers?.['x-want-status'];
  const pod = pick(recording.pods, probe.gateway ?? probe.from ?? '');
  if (!pod) return { id, verdict: 'wrong', wrong: [`no pod ${probe.gateway ?? probe.from}`] };
  const start: Start = probe.gateway
    ? { kind: 'gateway', pod, port: probe.port ?? request.port, clientIp: '10.77.0.1' }
    : { kind: 'pod', pod };
  const now = Date.parse(recording.takenAt) / 1000;
  const answer = ask(mesh, start, request, { answer: asked ? Number(asked) : 200, now });
  if (!answer) return { id, verdict: 'open', wrong: [], reason: 'the recording has no dump of the sending proxy' };
  const server = recording.pods.find((it) => idOf(it) === answer.outcome.server);
  const isIstiod = server?.metadata.labels['app'] === 'istiod';
  if (isIstiod && probe.servedBy === undefined && answer.outcome.status !== probe.status)
    answer.outcome = {
      ...answer.outcome,
      kind: 'open',
      status: undefined,
      reason: 'istiod answers with what it likes',
    };
  const wrong = compare(answer, probe);
  if (wrong.length > 0 && mayBeOlder(recording, answer, probe))
    return {
      id,
      verdict: 'open',
      wrong: [],
      answer,
      reason: 'a connection older than the configuration may have carried it',
    };
  if (wrong.length > 0) return { id, verdict: 'wrong', wrong, answer };
  if (answer.outcome.kind === 'open') return { id, verdict: 'open', wrong, answer, reason: answer.outcome.reason };
  return { id, verdict: 'right', wrong, answer };
}

/** The pod that a probe was sent from: `NS/APP`, `NS/APP:VERSION` or the beginning of a name, the first of the list. */
function pick(pods: readonly Resource[], spec: string): Resource | undefined {
  const [namespace = '', rest = ''] = spec.split('/');
  const [app = '', version] = rest.split(':');
  return pods.find(({ metadata: { namespace: own, name, labels } }) => {
    const named = labels['app'] === app || labels['istio'] === app || name.startsWith(`${app}-`);
    return own === namespace && named && (version === undefined || labels['version'] === version);
  });
}

/** How long a filter chain that was replaced goes on with its connections (`drainDuration` of the mesh config). */
const drainMs = 45_000;

/**
 * Whether the receiving proxy got its listener so short before the request that the sender may still have had a connection
 * to the filter chain before: that is a state of traffic which no dump has.
 */
function mayBeOlder(recording: Recording, answer: Answer, probe: Probe): boolean {
  const sent = Date.parse(/^\[([^\]]+)\]/.exec(probe.accessLog ?? '')?.[1] ?? '');
  const receivers = (answer.hop?.branches ?? []).flatMap((it) => it.inbound ?? []);
  return receivers.some(({ proxy, listener }: Hop) => {
    const changed = Date.parse(recording.changedAt(proxy, listener?.name ?? '') ?? '');
    return sent > changed && sent - changed < drainMs;
  });
}

function compare(answer: Answer, probe: Probe): string[] {
  const wrong: string[] = [];
  const differ = (what: string, predicted: unknown, real: unknown): void => {
    wrong.push(`${what}: predicted ${JSON.stringify(predicted)}, real ${JSON.stringify(real)}`);
  };
  const { outcome, hop } = answer;
  const status = outcome.kind === 'answer' ? outcome.status : 0;
  const line = probe.accessLog === undefined ? undefined : readAccessLog(probe.accessLog);
  // A pod that calls itself through a gateway logs the inbound side last.
  const logged = line?.cluster?.startsWith('inbound|') ? undefined : line;
  if (outcome.kind !== 'open' && status !== probe.status)
    differ('status', `${status} ${outcome.details}`, probe.status);
  if (outcome.location !== undefined && probe.redirect !== undefined && outcome.location !== probe.redirect)
    differ('location', outcome.location, probe.redirect);
  if (logged) {
    if (outcome.kind !== 'open' && outcome.flag !== logged.flag) differ('flag', outcome.flag, logged.flag);
    const route = hop?.route ? (hop.route.name ?? null) : null;
    if (logged.route !== undefined && route !== logged.route) differ('route', route, logged.route);
    const clusters = hop?.clusters.map((it) => it.cluster) ?? [];
    const missing = logged.flag === 'NC';
    if (logged.cluster && !clusters.includes(logged.cluster)) differ('cluster', clusters, logged.cluster);
    if (logged.cluster === null && !missing && clusters.length > 0 && outcome.kind !== 'open')
      differ('cluster', clusters, null);
  }
  const upstream = outcome.upstream;
  if (upstream && probe.seen && outcome.kind === 'answer') {
    if (upstream.path !== probe.seen.path) differ('path', upstream.path, probe.seen.path);
    if (upstream.authority !== probe.seen.headers['host'])
      differ('host', upstream.authority, probe.seen.headers['host']);
  }
  return wrong;
}
