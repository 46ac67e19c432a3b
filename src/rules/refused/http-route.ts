import type { Behaviour } from '../../model/istio-version.ts';
import { wantDestination, wantDestinations } from './destination.ts';
import { isAuthority, wantHeaders } from './headers.ts';
import { wantCors, wantDirectResponse, wantFault, wantRedirect, wantRetries, wantRewrite } from './http-actions.ts';
import { wantHttpMatch } from './http-match.ts';
import type { Place } from './place.ts';
import { wantDuration } from './values.ts';

/** Refuses faults of a route for HTTP (`validateHTTPRoute`). */
export function wantHttpRoute(route: Place, isDelegate: boolean, behaviour: Behaviour): void {
  wantOneAction(route, isDelegate);
  for (const match of route.at('match').items) wantHttpMatch(match);
  wantHeaders(route.at('headers'));
  wantCors(route.at('corsPolicy'));
  wantFault(route.at('fault'));
  wantMirrors(route);
  wantRedirect(route.at('redirect'), route.at('match'), behaviour);
  wantDirectResponse(route.at('directResponse'));
  wantRetries(route.at('retries'));
  wantRewrite(route.at('rewrite'));
  wantOneAuthority(route);
  for (const destination of route.at('route').items) wantHeaders(destination.at('headers'));
  wantDestinations(route.at('route'));
  wantDuration(route.at('timeout'));
}

/** `validateHTTPRouteConflict`. */
function wantOneAction(route: Place, isDelegate: boolean): void {
  const delegate = route.at('delegate');
  const clash = (one: string, ...others: readonly string[]): void => {
    for (const other of others)
      if (other === 'route' ? route.at(other).items.length > 0 : route.has(other))
        route.at(other).refuse(`stands beside ${one}, which excludes it`, 'drop one of them.');
  };
  if (delegate.isSet && !isDelegate) {
    clash('delegate', 'redirect', 'route');
    return;
  }
  if (delegate.isSet) delegate.refuse('stands in a VirtualService without hosts', 'delegate from the root only.');
  if (route.has('redirect')) clash('redirect', 'route', 'fault', 'rewrite', 'directResponse');
  else if (route.has('directResponse')) clash('directResponse', 'route', 'fault', 'rewrite');
  else if (route.at('route').items.length === 0)
    route.refuse('has no route, redirect or directResponse', 'give it one of them.');
  if (route.at('mirrors').items.length > 0) clash('mirrors', 'mirror');
}

function wantMirrors(route: Place): void {
  for (const percent of [route.at('mirrorPercent'), route.at('mirror_percent')])
    if (percent.number > 100) percent.refuse(`is ${percent.number}`, 'write a number from 0 to 100.');
  const mirrors = route.at('mirrors').items;
  for (const percentage of [route.at('mirrorPercentage'), ...mirrors.map((mirror) => mirror.at('percentage'))]) {
    const value = percentage.at('value');
    if (value.number < 0 || value.number > 100) value.refuse(`is ${value.number}`, 'write a number from 0 to 100.');
  }
  wantDestination(route.at('mirror'));
  for (const mirror of mirrors)
    if (mirror.has('destination')) wantDestination(mirror.at('destination'));
    else mirror.refuse('has no destination', 'name it.');
}

/** Refuses several values for the Host header (`validateAuthorityRewrite`). */
function wantOneAuthority(route: Place): void {
  const request = route.at('headers').at('request');
  const headers = ['set', 'add'].flatMap((operation) => request.at(operation).entries);
  const places = [
    route.at('rewrite').at('authority'),
    ...headers.flatMap(([name, value]) => (isAuthority(name) ? [value] : [])),
  ];
  const [first, ...others] = places.filter(({ text }) => text !== '');
  for (const other of others)
    other.refuse(`is ${other.text}, while the host is set to ${first?.text ?? ''} already`, 'set it in one place.');
}
