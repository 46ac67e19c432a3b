import { type Answer, ask, type Start } from '../../src/app/route/ask.ts';
import type { Settings } from '../../src/app/route/mesh.ts';
import type { ClientRequest } from '../../src/explain/index.ts';
import { setAside } from './aside.ts';
import { differences } from './differences.ts';
import { inForce } from './in-force.ts';
import { type Probe, pick, type Recording, type SideName } from './recording.ts';
import { requestOf } from './request.ts';

/**
 * How a prediction compares with what happened. `open`: the engine itself said that it cannot tell (what it did say, as
 * the cluster or the ends that there may be, still has to hold). `aside`: the recording shows that the probe met another
 * configuration than the captured one. Both are decided before what happened is looked at.
 */
export interface Judgement {
  id: string;
  verdict: 'right' | 'open' | 'aside' | 'wrong';
  wrong: string[];
  answer?: Answer;
  reason?: string;
}

/** Predicts one probe from one side and holds the prediction against what was recorded; undefined: not in force there. */
export function judgeProbe(recording: Recording, side: SideName, probe: Probe): Judgement | undefined {
  const id = String(probe.id);
  const answer = predict(recording, side, probe);
  if (!answer) return { id, verdict: 'open', wrong: [], reason: 'the recording has no dump of the sending proxy' };
  const api = side === 'git' ? predict(recording, 'api', probe) : undefined;
  if (!inForce(recording, side, answer, api)) return undefined;
  const reason = setAside(recording, answer, probe);
  if (reason) return { id, verdict: 'aside', wrong: [], answer, reason };
  const wrong = differences(recording, answer, probe);
  if (wrong.length > 0) return { id, verdict: 'wrong', wrong, answer };
  const { kind, reason: why } = answer.outcome;
  return kind === 'open'
    ? { id, verdict: 'open', wrong, answer, reason: why }
    : { id, verdict: 'right', wrong, answer };
}

/** The engine's answer to the request of a probe. */
function predict(recording: Recording, side: SideName, probe: Probe): Answer | undefined {
  const { start, request, settings } = questionOf(recording, probe);
  return ask(recording.meshes[side], start, request, settings);
}

/** What a probe asks the engine. */
export function questionOf(
  { pods, lab, takenAt }: Recording,
  probe: Probe,
): { start: Start; request: ClientRequest; settings: Settings } {
  const { request, status } = requestOf(probe);
  const pod = pick(pods, probe.gateway ?? probe.from ?? '');
  if (!pod) throw new Error(`no pod ${probe.gateway ?? probe.from}`);
  const start: Start = probe.gateway
    ? { kind: 'gateway', pod, port: probe.port ?? request.port, clientIp: '10.77.0.1' }
    : { kind: 'pod', pod };
  return { start, request, settings: { answer: status, now: takenAt, application: lab.application } };
}
