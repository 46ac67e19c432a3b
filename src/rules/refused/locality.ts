import type { Place } from './place.ts';

const topology = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'];

/** Refuses faults of `localityLbSetting` (`ValidateLocalityLbSetting`). */
export function wantLocality(setting: Place, hasOutliers: boolean): void {
  if (!setting.isSet) return;
  const [distribute, failover, priority] = [
    setting.at('distribute'),
    setting.at('failover'),
    setting.at('failoverPriority'),
  ];
  if (distribute.items.length > 0 && failover.items.length > 0) {
    failover.refuse('stands beside distribute', 'keep one of them.');
    return;
  }
  const place = priority.items.find(({ text }) => topology.includes(text));
  if (failover.items.length > 0 && place) {
    place.refuse(`is ${place.text}, beside failover`, 'keep one of them.');
    return;
  }
  for (const share of distribute.items) wantShares(share);
  wantApart(distribute.items.map((share) => [share.at('from'), share.at('from').text]));
  wantOutliers(failover, priority, hasOutliers);
  for (const item of failover.items) wantRegions(item);
}

/** Refuses faults of `zoneAwareLbSetting` (`ValidateZoneAwareLbSetting`). */
export function wantZoneAware(setting: Place, hasOutliers: boolean): void {
  const [failover, priority] = [setting.at('failover'), setting.at('failoverPriority')];
  for (const item of priority.items)
    if (topology.includes(item.text))
      item.refuse(`is ${item.text}, which zone-aware balancing sees to by itself`, 'drop it.');
  wantOutliers(failover, priority, hasOutliers);
  for (const item of failover.items) wantRegions(item);
}

function wantOutliers(failover: Place, priority: Place, hasOutliers: boolean): void {
  if (hasOutliers) return;
  for (const list of [failover, priority])
    if (list.items.length > 0)
      list.warn(
        'is set without outlierDetection',
        'nothing fails over: the locality of an endpoint that fails is not left.',
        'add outlierDetection to the same policy.',
      );
}

function wantRegions(item: Place): void {
  const [from, to] = [item.at('from').text, item.at('to').text];
  if (from === to) item.refuse('leads from a region to itself', 'name two regions.');
  for (const [name, region] of Object.entries({ from, to }))
    if (/[/*]/.test(region))
      item.at(name).refuse(`is ${JSON.stringify(region)}`, 'write a region alone, without zone or *.');
}

function wantShares(share: Place): void {
  const to = share.at('to').entries;
  const wrong = to.filter(([, weight]) => weight.number <= 0 || weight.number > 100);
  for (const [, weight] of wrong) weight.refuse(`is ${weight.number}`, 'write a number from 1 to 100.');
  const sum = to.reduce((total, [, weight]) => total + weight.number, 0);
  if (wrong.length === 0 && sum !== 100) share.refuse(`has weights that add up to ${sum}`, 'let them add up to 100.');
  // istiod reads the map in any order; whichever comes first, two that overlap are a fault.
  const byWidth = to.map(([name, weight]): [Place, string] => [weight, name]);
  wantApart(byWidth.sort(([, a], [, b]) => Number(b.includes('*')) - Number(a.includes('*')) || a.length - b.length));
}

/** Refuses localities that are none, or that an earlier one covers (`validateLocalities`). */
function wantApart(localities: readonly (readonly [place: Place, text: string])[]): void {
  const known: string[][] = [];
  for (const [place, text] of localities) {
    const star = text.indexOf('*');
    const steps = splitInThree(text);
    if (star >= 0 && star !== text.length - 1)
      place.refuse(`is for ${JSON.stringify(text)}`, 'write * at the end only.');
    else if (steps.includes(''))
      place.refuse(`is for ${JSON.stringify(text)}, which has an empty part`, 'write region/zone/subzone.');
    else if (known.some((other) => covers(other, steps)))
      place.refuse(`is for ${text}, which an earlier one covers`, 'drop one of them.');
    else {
      known.push(steps);
      continue;
    }
    return;
  }
}

/** Whether a locality that stands there already takes in another one, which istiod then refuses. */
function covers(wide: readonly string[], steps: readonly string[]): boolean {
  if (wide[0] === '*') return true;
  if (wide[0] !== steps[0]) return false;
  if (steps.length === 1 || wide.length === 1 || wide[1] === '*') return true;
  if (wide[1] !== steps[1]) return false;
  return steps.length === 2 || wide.length === 2 || wide[2] === '*' || wide[2] === steps[2];
}

function splitInThree(text: string): string[] {
  const [region = '', zone, ...rest] = text.split('/');
  return [region, ...(zone === undefined ? [] : [zone]), ...(rest.length > 0 ? [rest.join('/')] : [])];
}
