import { isPrivateKey, keysIn } from './jwks.ts';
import { wantAttachment } from './labels.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';
import { urlFault } from './urls.ts';
import { wantDuration } from './values.ts';

/** `ValidateRequestAuthentication`. */
export const requestAuthentication: Judge = ({ spec, behaviour }) => {
  wantAttachment(spec);
  for (const rule of spec.at('jwtRules').items) {
    wantJwtRule(rule);
    if (behaviour.warnsOfPrivateKeys) wantPublicKeys(rule.at('jwks'));
  }
};

/** `validateJwtRule`. */
function wantJwtRule(rule: Place): void {
  const uri = rule.at(rule.has('jwks_uri') ? 'jwks_uri' : 'jwksUri');
  if (rule.at('issuer').text === '' && uri.text === '') rule.refuse('has neither issuer nor jwksUri', 'write issuer.');
  const fault = uri.text === '' ? undefined : urlFault(uri.text, ['http', 'https']);
  if (fault) uri.refuse(`is ${JSON.stringify(uri.text)}: ${fault}`, 'write a URL of http or https.');
  const keys = rule.at('jwks');
  if (keys.text !== '' && !keysIn(keys.text))
    keys.refuse('is no set of keys', 'write JSON: {"keys": [{"kty": "RSA", ...}]}.');
  for (const name of ['audiences', 'fromParams', 'fromCookies'])
    for (const item of rule.at(name).items) if (item.text === '') item.refuse('is empty', 'write a value, or drop it.');
  for (const header of rule.at('fromHeaders').items)
    if (header.at('name').text === '') header.refuse('has no name', 'name the header.');
  for (const output of rule.at('outputClaimToHeaders').items) {
    const header = output.at('header');
    if (output.at('claim').text === '' || header.text === '') output.refuse('lacks claim or header', 'write both.');
    else if (!/^[-_A-Za-z0-9]+$/.test(header.text))
      header.refuse(`is ${JSON.stringify(header.text)}`, 'write letters, digits, dashes and underscores.');
  }
  wantDuration(rule.at('timeout'));
}

function wantPublicKeys(keys: Place): void {
  if ((keysIn(keys.text) ?? []).some(isPrivateKey))
    keys.warn(
      'has a private key',
      'whoever may read the object or a proxy’s configuration can sign tokens; verifying wants the public part alone.',
      'write the public part, and sign with new keys.',
    );
}
