import type { Answer } from '../../src/app/route/ask.ts';
import type { Outcome } from '../../src/explain/index.ts';
import { type Logged, readAccessLog } from './access-log.ts';
import { hopsOf } from './aside.ts';
import type { Probe, Recording } from './recording.ts';

/** What of a prediction did not happen. */
export function differences({ lab }: Pick<Recording, 'lab'>, answer: Answer, probe: Probe): string[] {
  const wrong: string[] = [];
  const differ = (what: string, predicted: unknown, real: unknown): void => {
    wrong.push(`${what}: predicted ${JSON.stringify(predicted)}, real ${JSON.stringify(real)}`);
  };
  const line = probe.accessLog === undefined ? undefined : readAccessLog(probe.accessLog);
  // A pod that calls itself through a gateway logs the inbound side last.
  const logged = line?.cluster?.startsWith('inbound|') ? undefined : line;
  const { outcome, hop } = answer;
  const ends = outcome.kind === 'open' ? outcome.ends : [outcome];
  if (ends && !ends.some((it) => isEnd(lab, it, probe, logged)))
    differ('end', ends.map(shown), `${probe.status} ${logged?.flag ?? ''} ${logged?.details ?? ''}`);
  if (logged?.route !== undefined) {
    const route = hop?.route ? (hop.route.name ?? null) : null;
    if (route !== logged.route) differ('route', route, logged.route);
  }
  if (logged) {
    const clusters = hop?.clusters.map((it) => it.cluster) ?? [];
    if (logged.cluster && !clusters.includes(logged.cluster)) differ('cluster', clusters, logged.cluster);
    const silent = logged.flag === 'NC' || outcome.kind === 'open';
    if (logged.cluster === null && !silent && clusters.length > 0) differ('cluster', clusters, null);
  }
  if (outcome.kind !== 'answer' || outcome.by !== 'application' || !probe.seen) return wrong;
  const { seen } = probe;
  const servers = serversOf(answer);
  if (probe.servedBy !== undefined && !servers.some((it) => it.endsWith(`/${probe.servedBy}`)))
    differ('served by', servers, probe.servedBy);
  const { upstream } = outcome;
  if (!upstream) return wrong;
  if (upstream.path !== seen.path) differ('path', upstream.path, seen.path);
  if (upstream.authority !== seen.headers['host']) differ('host', upstream.authority, seen.headers['host']);
  for (const { name, action } of hopsOf(answer).flatMap((it) => it.headerChanges)) {
    const key = name.toLowerCase();
    if (key.startsWith(':') || key === 'host') continue;
    // The echo server tells the last line of each name.
    const value = upstream.headers.get(key)?.at(-1);
    if (value?.includes('%')) continue;
    const real = seen.headers[key];
    if (action === 'remove' ? value === undefined && real !== undefined : value !== real)
      differ(`header ${key}`, value, real);
  }
  return wrong;
}

/** Whether one of the ends that were said to be possible is what happened. */
function isEnd(lab: Recording['lab'], end: Outcome, probe: Probe, logged: Logged | undefined): boolean {
  const own = end.by === 'application' && end.server !== undefined && !lab.echoes(end.server);
  // The status of a server that is not the recordings' own is its own: it must have come from there.
  if (own) return probe.status > 0 && (logged === undefined || logged.flag === '-');
  if ((end.kind === 'answer' ? end.status : 0) !== probe.status) return false;
  if (end.location !== undefined && probe.redirect !== undefined && end.location !== probe.redirect) return false;
  return logged === undefined || logged.flag === end.flag || end.otherFlags?.includes(logged.flag) === true;
}

function shown({ kind, status, flag, details }: Outcome): string {
  return `${kind === 'answer' ? status : kind} ${flag} ${details}`;
}

/** The pods whose applications may answer. */
function serversOf({ outcome, hop, inbound }: Answer): string[] {
  const all = [outcome, ...hopsOf({ hop, inbound }).flatMap((it) => it.branches.map((branch) => branch.outcome))];
  return [...new Set(all.flatMap((it) => it.server ?? []))];
}
