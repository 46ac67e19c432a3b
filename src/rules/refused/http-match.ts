import { wantCondition } from './destination.ts';
import { wantMatchedHeader } from './headers.ts';
import { isDnsLabel } from './names.ts';
import type { Place } from './place.ts';
import { wantExpression } from './values.ts';

/** Refuses conditions of a route for HTTP that say nothing, or that Envoy cannot read (`validateHTTPRouteMatchRequest`). */
export function wantHttpMatch(match: Place): void {
  for (const [name, value] of match.at('headers').entries) {
    wantMatchedHeader(value, name);
    wantStringMatch(value);
  }
  for (const [name, value] of match.at('withoutHeaders').entries) {
    wantMatchedHeader(value, name);
    // Here * is no expression: it stands for any value.
    if (value.at('regex').text !== '*') wantStringMatch(value);
  }
  if (match.at('uri').has('regex')) wantExpression(match.at('uri').at('regex'));
  for (const name of ['scheme', 'method', 'authority']) wantStringMatch(match.at(name));
  for (const [, value] of match.at('queryParams').entries) wantStringMatch(value);
  wantCondition(match);
  const source = match.at('sourceNamespace');
  if (source.text !== '' && !isDnsLabel(source.text))
    source.refuse(`is ${JSON.stringify(source.text)}, which is no namespace`, 'correct the name.');
}

function wantStringMatch(match: Place): void {
  const prefix = match.at('prefix');
  if (prefix.isSet && prefix.text === '') prefix.refuse('is empty', 'write what it begins with.');
  if (match.has('regex')) wantExpression(match.at('regex'));
}
