import { wantSelector } from './labels.ts';
import type { Judge } from './types.ts';

/** `ValidatePeerAuthentication`. */
export const peerAuthentication: Judge = ({ spec }) => {
  const ports = spec.at('portLevelMtls');
  const isForAll = spec.at('selector').at('matchLabels').isEmpty;
  if (isForAll && !ports.isEmpty)
    ports.refuse('is set in a policy for a whole namespace', 'select workloads by labels, or drop it.');
  if (ports.isSet && ports.isEmpty) ports.refuse('is empty', 'name a port, or drop it.');
  for (const [port, value] of ports.entries)
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535)
      value.refuse(`is for ${port}, which is no port`, 'write a number from 1 to 65535.');
  wantSelector(spec.at('selector'), 'matchLabels');
};
