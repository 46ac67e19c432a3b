import type { Difference } from '../../compare/types.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import { formatPath } from '../../model/json.ts';
import { resourceName } from '../../model/resource.ts';
import type { Lacking } from '../../model/verify.ts';
import { inConfigTerms, isIstio, originsOf } from '../drift/attribution.ts';
import { shown } from '../drift/effects-wording.ts';

/** What a proxy does not hold, in the terms of the config, each place once. */
export function lackingOf(expected: ProxyConfig, differences: readonly Difference[]): Lacking[] {
  const places = new Map<string, Lacking>();
  for (const difference of differences) {
    const place = placeOf(expected, difference);
    const key = `${place.resource} ${place.field}`;
    if (!places.has(key)) places.set(key, place);
  }
  const all = [...places.values()];
  // An object that is named with a field needs no mention as a whole.
  return all.filter((it) => it.field !== '' || !all.some((other) => other !== it && other.resource === it.resource));
}

function placeOf(expected: ProxyConfig, difference: Difference): Lacking {
  const origin = originsOf(expected, difference)[0];
  if (!origin || !isIstio(origin) || origin.path.length === 0) {
    const resource = origin ? resourceName(origin.resource) : `${difference.type} ${difference.name}`;
    const path = difference.kind === 'extra' ? difference.livePath : difference.expectedPath;
    return {
      resource,
      field: origin ? '' : formatPath(path),
      expected: null,
      live: null,
      location: placeIn(origin, []),
    };
  }
  const values = inConfigTerms(origin, difference);
  return {
    resource: resourceName(origin.resource),
    field: formatPath(values.path),
    expected: values.expected ?? null,
    live: values.live ?? null,
    location: placeIn(origin, values.path),
  };
}

function placeIn(
  origin: ReturnType<typeof originsOf>[0] | undefined,
  path: readonly (string | number)[],
): Lacking['location'] {
  return origin?.resource.locate(path) ?? null;
}

/** The first of the places in words, and how many more there are. */
export function lackingInWords(lacking: readonly Lacking[]): string {
  const [first] = lacking;
  if (!first) return '';
  const at = first.location ? ` (${first.location.file}:${first.location.line})` : '';
  const what = `${[first.resource, first.field].filter((it) => it !== '').join(' ')}${at}`;
  const values =
    first.expected === null && first.live === null
      ? ''
      : ` is ${shown(first.live)} instead of ${shown(first.expected)}`;
  const more = lacking.length > 1 ? `, and ${lacking.length - 1} more` : '';
  return `${what}${values}${more}`;
}
