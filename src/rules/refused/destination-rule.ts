import { wantExportTo } from './export-to.ts';
import { wantLabels, wantSelector } from './labels.ts';
import { isDnsLabel, wantHost } from './names.ts';
import { wantTrafficPolicy } from './traffic-policy.ts';
import type { Judge } from './types.ts';
import { repeated } from './values.ts';

/** `ValidateDestinationRule`. */
export const destinationRule: Judge = ({ spec, namespace, behaviour }) => {
  if (spec.at('host').isSet) wantHost(spec.at('host'));
  else spec.refuse('has no host', 'name the host.');
  const policy = spec.at('trafficPolicy');
  wantTrafficPolicy(policy, namespace, behaviour);
  const subsets = spec.at('subsets').items;
  for (const again of repeated(subsets, (subset) => subset.at('name').text))
    again.at('name').refuse(`is ${again.at('name').text}, the name of an earlier subset`, 'name it otherwise.');
  for (const subset of subsets) {
    const name = subset.at('name').text;
    if (name === '') subset.refuse('has no name', 'name it.');
    else if (!isDnsLabel(name))
      subset.at('name').refuse(`is ${JSON.stringify(name)}, which is no DNS label`, 'name it otherwise.');
    wantLabels(subset.at('labels'));
    wantTrafficPolicy(subset.at('trafficPolicy'), namespace, behaviour, policy);
  }
  wantExportTo(spec.at('exportTo'), namespace, { forSelected: spec.has('workloadSelector') });
  wantSelector(spec.at('workloadSelector'), 'matchLabels');
};
