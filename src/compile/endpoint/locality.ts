import type { Message } from '../../model/envoy.ts';
import type { Locality } from '../../model/proxy.ts';

/** Envoy's `Locality`; empty parts are left out. */
export function localityMessage({ region, zone, subzone }: Locality): Message {
  const message: Message = {};
  if (region !== '') message['region'] = region;
  if (zone !== '') message['zone'] = zone;
  if (subzone !== '') message['sub_zone'] = subzone;
  return message;
}

/** A locality as one text, `region/zone/subzone` without what is missing at the end (istiod's `LocalityToString`). */
export function localityText({ region, zone, subzone }: Locality): string {
  if (zone === '') return region;
  return subzone === '' ? `${region}/${zone}` : `${region}/${zone}/${subzone}`;
}

/** Whether a rule's `region/zone/subzone` covers a locality; `*` and missing parts cover all (istiod's `LocalityMatch`). */
export function localityMatches(locality: Locality, rule: string): boolean {
  const [region = '', zone = '', subzone = ''] = rule.split('/');
  return (
    (region === '*' || locality.region === region) &&
    (zone === '*' || zone === '' || locality.zone === zone) &&
    (subzone === '*' || subzone === '' || locality.subzone === subzone)
  );
}
