import { wantAttachment } from './labels.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';
import { urlFault } from './urls.ts';
import { bytesIn, repeated } from './values.ts';

/** `ValidateWasmPlugin`. */
export const wasmPlugin: Judge = ({ spec }) => {
  wantAttachment(spec);
  wantWasm(spec);
  wantTrafficMatch(spec.at('match'));
};

/** Refuses faults of a module and how it is run (`validateWasmPluginURL` and others). */
export function wantWasm(wasm: Place): void {
  const url = wasm.at('url');
  const fault = url.text === '' ? undefined : moduleFault(url.text);
  if (url.text === '') wasm.refuse('has no url', 'write where the module is.');
  else if (fault) url.refuse(`is ${JSON.stringify(url.text)}: ${fault}`, 'write an URL of oci, file, http or https.');
  const sha = wasm.at('sha256');
  if (sha.text !== '' && !/^[a-f0-9]{64}$/.test(sha.text))
    sha.refuse('is no SHA-256', 'write 64 digits from 0 to 9 and a to f.');
  for (const [name, longest] of [
    ['imagePullSecret', 253],
    ['pluginName', 256],
  ] as const)
    if (bytesIn(wasm.at(name).text) > longest)
      wasm.at(name).refuse(`has more than ${longest} characters`, 'write a shorter one.');
  wantVariables(wasm.at('vmConfig').at('env').items);
}

const schemes = ['', 'file', 'http', 'https', 'oci'];

/** What cannot be read as it is counts as the part of a URL behind http:// (`strictParseURL`). */
function moduleFault(url: string): string | undefined {
  const whole = urlFault(url, undefined, true) === undefined ? url : `http://${url}`;
  return urlFault(whole, undefined, true) ?? urlFault(whole, schemes);
}

function wantVariables(variables: readonly Place[]): void {
  for (const variable of variables) {
    const name = variable.at('name').text;
    if (name === '') variable.refuse('has no name', 'name the variable.');
    else if (bytesIn(name) > 256) variable.at('name').refuse('has more than 256 characters', 'write a shorter one.');
    if (variable.at('valueFrom').text === 'HOST' && variable.at('value').text !== '')
      variable.at('value').refuse('is set, while it is taken from the host', 'drop it, or write valueFrom: INLINE.');
  }
  for (const again of repeated(variables, (variable) => variable.at('name').text || undefined))
    again.at('name').refuse(`is ${again.at('name').text}, which stands there already`, 'drop one of them.');
}

/** `validateWasmPluginMatch`, `validateTrafficExtensionMatch`. */
export function wantTrafficMatch(match: Place): void {
  for (const item of match.items)
    for (const port of item.at('ports').items) {
      const number = port.at('number');
      if (number.number < 1 || number.number > 65535)
        number.refuse(number.isSet ? `is ${number.number}` : 'is missing', 'write a number from 1 to 65535.');
    }
}
