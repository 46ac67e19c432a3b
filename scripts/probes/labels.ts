import { readAccessLog } from './access-log.ts';
import { hopsOf } from './aside.ts';
import { type Judgement, judgeProbe } from './judge.ts';
import type { Probe, Recording, RouteLabel } from './recording.ts';

/**
 * Holds what people wrote of a probe against what is predicted from the dumps. `aside`: the recording itself shows
 * something else than the label, and it is right.
 */
export function judgeLabel(recording: Recording, label: RouteLabel): { verdict: Judgement['verdict']; words: string } {
  const probe = recording.probes.find((it) => String(it.id) === String(label.probe));
  if (!probe) return { verdict: 'aside', words: 'the recording has no such probe' };
  const off = labelOff(label, probe);
  if (off) return { verdict: 'aside', words: `the recording shows another ${off} than the label` };
  const judgement = judgeProbe(recording, 'dump', probe);
  if (!judgement?.answer) return { verdict: 'open', words: judgement?.reason ?? '' };
  const { hop, outcome } = judgement.answer;
  const wrong: string[] = [];
  const compare = (what: string, wanted: unknown, predicted: unknown): void => {
    if (wanted !== undefined && wanted !== predicted) wrong.push(`${what}: label ${wanted}, predicted ${predicted}`);
  };
  compare('route', label.route, hop?.route ? (hop.route.name ?? null) : null);
  // A cluster that does not exist is none in an access log.
  const clusters = outcome.flag.split(',').includes('NC') ? [] : (hop?.clusters.map((it) => it.cluster) ?? []);
  const wanted = label.cluster === null ? [] : label.cluster === undefined ? undefined : [label.cluster].flat();
  if (wanted && (wanted.length === 0 ? clusters.length > 0 : !clusters.some((it) => wanted.includes(it))))
    wrong.push(`cluster: label ${wanted}, predicted ${clusters}`);
  if (label.accessLog === 'none' && hop && judgement.verdict !== 'aside')
    wrong.push('the label says that no proxy logs it');
  const settled = judgement.verdict === 'right';
  if (settled) {
    compare('status', label.status, outcome.kind === 'answer' ? outcome.status : 0);
    if (label.flag !== undefined && !outcome.flag.split(',').includes(label.flag))
      compare('flag', label.flag, outcome.flag);
    const code = hopsOf(judgement.answer).some((it) => it.filters.some(({ verdict }) => verdict === 'open'));
    // Code may set headers: what it does is not known.
    if (!code)
      for (const [name, value] of Object.entries(label.seenHeader ?? {}))
        compare(`header ${name}`, value, outcome.upstream?.headers.get(name)?.join(','));
  }
  if (wrong.length > 0) return { verdict: 'wrong', words: wrong.join('; ') };
  return { verdict: judgement.verdict, words: judgement.reason ?? '' };
}

/** The first thing in which the label is not what was recorded. */
function labelOff({ status, flag, route, cluster }: RouteLabel, probe: Probe): string | undefined {
  const logged = probe.accessLog === undefined ? undefined : readAccessLog(probe.accessLog);
  if (status !== undefined && status !== probe.status) return 'status';
  if (!logged) return undefined;
  if (flag !== undefined && !logged.flag.split(',').includes(flag)) return 'flag';
  if (route !== undefined && logged.route !== undefined && route !== logged.route) return 'route';
  const clusters = cluster === null || cluster === undefined ? undefined : [cluster].flat();
  return clusters && logged.cluster && !clusters.includes(logged.cluster) ? 'cluster' : undefined;
}
