import type { Behaviour } from '../../model/istio-version.ts';
import { wantLocality, wantZoneAware } from './locality.ts';
import type { Place } from './place.ts';
import { repeated, wantDuration, wantReadable } from './values.ts';

const largestTable = 5000011;

/**
 * Refuses faults of a load balancer (`validateLoadBalancer`).
 *
 * @param hasOutliers whether outliers are detected, without which nothing fails over
 */
export function wantLoadBalancer(balancer: Place, hasOutliers: boolean, behaviour: Behaviour): void {
  if (!balancer.isSet) return;
  wantConsistentHash(balancer.at('consistentHash'));
  const locality = balancer.at('localityLbSetting');
  const zoneAware = balancer.at('zoneAwareLbSetting');
  wantLocality(locality, hasOutliers);
  if (behaviour.zoneAwareLb && zoneAware.isSet) {
    if (locality.isSet) zoneAware.refuse('stands beside localityLbSetting', 'keep one of them.');
    wantZoneAware(zoneAware, hasOutliers);
  }
  if (behaviour.backendUtilization)
    for (const name of ['weightExpirationPeriod', 'weightStabilizationPeriod', 'weightUpdatePeriod'])
      wantReadable(balancer.at('backendUtilization').at(name));
  wantWarmup(balancer.at('warmup'), behaviour);
}

function wantConsistentHash(hash: Place): void {
  const cookie = hash.at('httpCookie');
  if (cookie.isSet && cookie.at('name').text === '') cookie.refuse('has no name', 'name the cookie.');
  const attributes = cookie.at('attributes').items;
  for (const attribute of attributes)
    if (attribute.at('name').text === '') attribute.refuse('has no name', 'name the attribute.');
  for (const again of repeated(attributes, (it) => it.at('name').text || undefined))
    again.refuse(`is ${again.at('name').text}, which stands there already`, 'drop one of them.');
  const ring = hash.at('minimumRingSize');
  if (ring.number !== 0 && hash.has('ringHash', 'maglev'))
    ring.refuse('stands beside ringHash or maglev', 'write ringHash: {minimumRingSize: ...} alone.');
  const maglev = hash.at('maglev');
  const size = maglev.at('tableSize');
  if (!maglev.isSet) return;
  if (size.number === 0) maglev.refuse('has no tableSize', 'write a prime number, such as 65537.');
  else if (size.number >= largestTable) size.refuse(`is ${size.number}`, `write a prime number below ${largestTable}.`);
  else if (!isPrime(size.number)) size.refuse(`is ${size.number}, no prime number`, 'write one, such as 65537.');
}

function wantWarmup(warmup: Place, behaviour: Behaviour): void {
  if (!warmup.isSet) return;
  if (warmup.has('duration')) wantDuration(warmup.at('duration'));
  else warmup.refuse('has no duration', 'write how long it takes.');
  const percent = warmup.at('minimumPercent');
  if (percent.number > 100) percent.refuse(`is ${percent.number}`, 'write a number from 0 to 100.');
  const aggression = warmup.at('aggression');
  const least = behaviour.aggressionBelowOne ? 0 : 1;
  if (aggression.isSet && (least === 0 ? aggression.number <= 0 : aggression.number < 1))
    aggression.refuse(`is ${aggression.number}`, least === 0 ? 'write a number above 0.' : 'write 1 or more.');
}

function isPrime(value: number): boolean {
  if (value < 4) return value > 0;
  if (value % 2 === 0) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}
