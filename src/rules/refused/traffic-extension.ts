import { wantAttachment } from './labels.ts';
import type { Judge } from './types.ts';
import { bytesIn } from './values.ts';
import { wantTrafficMatch, wantWasm } from './wasm-plugin.ts';

/** `ValidateTrafficExtension`; the kind is there since Istio 1.32. */
export const trafficExtension: Judge = ({ spec }) => {
  const [wasm, lua] = [spec.at('wasm'), spec.at('lua')];
  // Both together are refused by the definition already.
  if (!wasm.isSet && !lua.isSet) spec.refuse('has neither wasm nor lua', 'write one of them.');
  wantAttachment(spec);
  const code = lua.at('inlineCode');
  if (lua.isSet && code.text === '') lua.refuse('has no inlineCode', 'write it.');
  if (bytesIn(code.text) > 65536) code.refuse('has more than 64 KB', 'write less.');
  if (wasm.isSet) wantWasm(wasm);
  wantTrafficMatch(spec.at('match'));
};
