import { messageOf } from '../../compile/envoyfilter/patch.ts';
import { wantSelector } from './labels.ts';
import { wantMessage } from './patch-value.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';
import { bytesIn, isExpression } from './values.ts';

/** `ValidateEnvoyFilter`; values of patches of the bootstrap are not judged. */
export const envoyFilter: Judge = ({ spec, behaviour }) => {
  wantSelector(spec.at('workloadSelector'), 'labels');
  for (const patch of spec.at('configPatches').items)
    if (patch.at('match').at('context').text !== 'WAYPOINT') wantPatch(patch, behaviour.proxyVersionLengthLimit);
};

function wantPatch(patch: Place, hasLimit: boolean): void {
  const { text } = patch.at('applyTo');
  const operation = patch.at('patch').at('operation').text;
  if (text === '' || text === 'INVALID') patch.refuse('has no applyTo', 'write what it applies to.');
  else if (!patch.has('patch')) patch.refuse('has no patch', 'write it.');
  else if (operation === '' || operation === 'INVALID') patch.at('patch').refuse('has no operation', 'write it.');
  else if (operation !== 'REMOVE' && !patch.at('patch').has('value'))
    patch.at('patch').refuse(`has no value, which ${operation} wants`, 'write value.');
  else if (wantVersion(patch.at('match').at('proxy').at('proxyVersion'), hasLimit)) {
    wantFittingMatch(patch, text);
    const message = Object.entries(messageOf).find(([applyTo]) => applyTo === text)?.[1];
    if (message !== undefined) wantMessage(patch.at('patch').at('value'), message);
  }
}

function wantVersion(version: Place, hasLimit: boolean): boolean {
  if (hasLimit && bytesIn(version.text) > 1024)
    version.warn('has more than 1024 characters', 'the patch is for no proxy.', 'shorten the expression.');
  else if (version.text !== '' && !isExpression(version.text)) {
    version.refuse(`is ${JSON.stringify(version.text)}, which is no expression of RE2`, 'correct it.');
    return false;
  }
  return true;
}

/** The object of `match` that goes with an `applyTo`. */
const matched: ReadonlyMap<string, string> = new Map([
  ...['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'].map((it): [string, string] => [it, 'listener']),
  ...['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'].map((it): [string, string] => [it, 'routeConfiguration']),
  ['CLUSTER', 'cluster'],
]);
const objects = ['listener', 'routeConfiguration', 'cluster', 'waypoint'];

function wantFittingMatch(patch: Place, applyTo: string): void {
  const match = patch.at('match');
  const wanted = matched.get(applyTo);
  const other = objects.find((name) => name !== wanted && match.has(name));
  if (wanted && other) match.at(other).refuse(`is set, for ${applyTo}`, `write ${wanted}.`);
  else if (wanted === 'listener') wantFilterMatch(match.at('listener').at('filterChain').at('filter'), applyTo);
}

const manager = 'envoy.filters.network.http_connection_manager';

function wantFilterMatch(filter: Place, applyTo: string): void {
  if (!filter.isSet) return;
  const name = filter.at('name').text;
  const sub = filter.at('subFilter');
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN')
    filter.warn(
      `is set, for ${applyTo}`,
      'it is not looked at, so the patch applies to more than is meant.',
      'drop it.',
    );
  if (name === '') filter.refuse('has no name', 'name the filter.');
  else if (!sub.isSet) return;
  else if (applyTo !== 'HTTP_FILTER') sub.refuse(`is set, for ${applyTo}`, 'drop it, or write applyTo: HTTP_FILTER.');
  else if (name !== manager && name !== 'envoy.http_connection_manager')
    filter.at('name').refuse(`is ${name}, which has no filters inside`, `write ${manager}.`);
  else if (sub.at('name').text === '') sub.refuse('has no name', 'name the filter.');
}
