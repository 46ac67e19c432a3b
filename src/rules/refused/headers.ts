import type { Place } from './place.ts';

const token = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const pseudo = [':method', ':scheme', ':authority', ':path', ':status'];
const claims = '@request.auth.claims';

/** Whether a header of a match stands for a claim of a token (pkg/jwt, `ToRoutingClaim`). */
export function isClaim(name: string): boolean {
  if (!name.toLowerCase().startsWith(claims)) return false;
  const rest = name.slice(claims.length);
  return /^\../s.test(rest) || /^\[.+\]$/s.test(rest);
}

/** Refuses the name of a header that no request can have (`ValidateHTTPHeaderNameOrJwtClaimRoute`). */
export function wantMatchedHeader(place: Place, name: string): void {
  if (isClaim(name) || pseudo.includes(name) || token.test(name)) return;
  place.refuse(`has ${JSON.stringify(name)} as the name of a header`, 'correct the name.');
}

/** Refuses the name of a header in a CORS policy (`ValidateCORSHTTPHeaderName`). */
export function wantHeaderToken(place: Place): void {
  if (!token.test(place.text))
    place.refuse(`is ${JSON.stringify(place.text)}, which is no name of a header`, 'correct the name.');
}

/** Refuses headers to add, set or remove that Envoy would not take (`validateHTTPRoute`, `validateHTTPRouteDestinations`). */
export function wantHeaders(headers: Place): void {
  for (const way of ['request', 'response']) {
    const operations = headers.at(way);
    for (const operation of ['add', 'set'])
      for (const [name, value] of operations.at(operation).entries) {
        wantHeaderName(value, name, way === 'request');
        const fault = valueFault(value.text);
        if (fault)
          value.refuse(`is ${JSON.stringify(value.text)}: ${fault}`, 'correct it; a percent sign is written %%.');
      }
    for (const item of operations.at('remove').items) wantHeaderName(item, item.text, false);
  }
}

function wantHeaderName(place: Place, name: string, mayBeAuthority: boolean): void {
  if (name === '') place.refuse('has no name', 'name the header.');
  else if (mayBeAuthority && isAuthority(name)) return;
  else if (name.startsWith(':') || name.toLowerCase() === 'host')
    place.refuse(`is for ${name}, which cannot be changed`, mayBeAuthority ? 'drop it.' : 'drop it, or use rewrite.');
}

/** Whether a header is the one by which Envoy finds the host. */
export function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}

// Inside a text a backslash takes the next character along; a closing parenthesis ends the text and the arguments.
const inText = String.raw`(?:\\[^]|[^\\")])*`;
const args = String.raw` *(?:\[ *"|[^ \[])${inText}(?:" *, *"${inText})*(?:\) *%|" *\] *\) *%)`;
const readable = new RegExp(String.raw`^(?:[^%]|%[^%(]*(?:%|\(${args}))*$`);

/** What keeps Envoy from reading a header's value with its `%VARIABLES%` (`ValidateHTTPHeaderValue`). */
function valueFault(value: string): string | undefined {
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return 'it has a control character';
  return readable.test(value) ? undefined : 'a percent sign begins a variable that is not closed';
}
