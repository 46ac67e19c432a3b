import type { Answer } from '../../src/app/route/ask.ts';
import type { Hop } from '../../src/explain/index.ts';
import { readAccessLog } from './access-log.ts';
import type { Probe, Recording } from './recording.ts';

/** curl's CURLE_COULDNT_RESOLVE_HOST: the lab has no DNS but that of its Services. */
const notResolved = 6;

/**
 * Why a probe did not meet the configuration that was captured, by what the recording itself tells: what its steps did,
 * when proxies got their resources, which connections their logs have. It never looks at what came of a request that was sent.
 */
export function setAside(recording: Recording, answer: Answer, probe: Probe): string | undefined {
  if (probe.curlExit === notResolved) return 'the client found no address, and sent no request';
  const flushed = hopsOf(answer).find(({ proxy }) => recording.flushed.has(proxy));
  if (flushed) return `the iptables rules of ${flushed.proxy} are gone`;
  const line = probe.accessLog === undefined ? undefined : readAccessLog(probe.accessLog);
  const sent = line?.time;
  if (!line || sent === undefined) return undefined;
  const [first, ...others] = hopsOf(answer);
  for (const hop of first ? [first, ...others] : []) {
    const late = changedAfter(recording, hop, sent);
    if (late) return `${hop.proxy} got ${late} after the request`;
  }
  const { upstreamLocal: from } = line;
  for (const { proxy, listener } of others) {
    const changed = recording.changedAt(proxy, 'listener', listener?.name ?? '');
    if (from === undefined || changed === undefined) continue;
    if (recording.logOf(proxy).some((it) => it.downstreamRemote === from && it.time !== undefined && it.time < changed))
      return `the connection from ${from} is older than the listener of ${proxy}, and keeps its filter chain`;
  }
  return undefined;
}

/** The proxies on the way, the sender's first. */
export function hopsOf({ hop, inbound }: Pick<Answer, 'hop' | 'inbound'>): Hop[] {
  const all = [hop, inbound].filter((it) => it !== undefined);
  return all.flatMap((it) => [it, ...it.branches.flatMap((branch) => hopsOf({ inbound: branch.inbound }))]);
}

function changedAfter({ changedAt }: Recording, hop: Hop, sent: number): string | undefined {
  const { proxy, listener, config, clusters } = hop;
  if (listener && (changedAt(proxy, 'listener', listener.name) ?? 0) > sent) return `listener ${listener.name}`;
  if (config?.name && (changedAt(proxy, 'route', config.name) ?? 0) > sent) return `routes ${config.name}`;
  const cluster = clusters.find((it) => (changedAt(proxy, 'cluster', it.cluster) ?? 0) > sent);
  return cluster && `cluster ${cluster.cluster}`;
}
