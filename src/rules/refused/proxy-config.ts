import { wantSelector } from './labels.ts';
import type { Judge } from './types.ts';
import { wantNoneNegative } from './values.ts';

/** `ValidateProxyConfig`. */
export const proxyConfig: Judge = ({ spec }) => {
  wantSelector(spec.at('selector'), 'matchLabels');
  wantNoneNegative(spec, 'concurrency');
};
