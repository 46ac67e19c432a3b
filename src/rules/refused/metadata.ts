import type { Judge } from './types.ts';

const dryRun = 'istio.io/dry-run';
const internal = ['webhook-always-reject', 'parent-namespace', 'parents'].map((name) => `internal.istio.io/${name}`);
const booleans = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'];

/** Refuses annotations that objects may not have, or that say nothing (`validateMetadata`). */
export function wantMetadata({ spec, annotations }: Parameters<Judge>[0], kind: string): void {
  for (const name of internal)
    if (annotations.has(name)) annotations.at(name).refuse('is for istiod’s own use', 'drop it.');
  const trial = annotations.at(dryRun);
  if (!trial.isSet) return;
  const action = spec.at('action').text || 'ALLOW';
  if (kind !== 'AuthorizationPolicy')
    trial.refuse(`is set for a ${kind}`, 'drop it: only AuthorizationPolicies take it.');
  else if (action !== 'ALLOW' && action !== 'DENY') trial.refuse(`is set, with action ${action}`, 'drop it.');
  else if (!booleans.includes(trial.text)) trial.refuse(`is ${JSON.stringify(trial.text)}`, 'write "true" or "false".');
}
