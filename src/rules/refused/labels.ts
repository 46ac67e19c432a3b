import type { Place } from './place.ts';

const qualified = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const dnsLabel = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const labelKey = new RegExp(`^(?:(${dnsLabel}(?:\\.${dnsLabel})*)/)?(${qualified})$`);
const labelValue = new RegExp(`^(?:${qualified})?$`);

/** Refuses labels that no object can have (pkg/config/labels, `Instance.Validate`). */
export function wantLabels(labels: Place): void {
  for (const [key, value] of labels.entries) {
    const [, prefix = '', name = ''] = labelKey.exec(key) ?? [];
    if (name === '' || prefix.length > 253 || name.length > 63)
      value.refuse(`has ${JSON.stringify(key)} as the key of a label`, 'correct the key.');
    if (!labelValue.test(value.text))
      value.refuse(`is ${JSON.stringify(value.text)}, which no label can be`, 'correct the value.');
  }
}

/**
 * Refuses a selector with an empty key or `*` in a label, and tells of one without labels (`validateWorkloadSelector`,
 * `ValidateAlphaWorkloadSelector`).
 *
 * @param name of the field with the labels
 */
export function wantSelector(selector: Place, name: 'labels' | 'matchLabels'): void {
  if (!selector.isSet) return;
  const labels = selector.at(name);
  for (const [key, value] of labels.entries) {
    if (key === '') value.refuse('has an empty key', 'name the label.');
    if (key.includes('*') || value.text.includes('*'))
      value.refuse(`is ${JSON.stringify(value.text)}: selectors know no wildcards`, 'write the whole label.');
  }
  if (labels.isEmpty)
    selector.note('has no labels', 'it selects every workload, as if it were not there.', 'drop it, or name labels.');
}

const referable = ['/Service', 'networking.istio.io/ServiceEntry'];
const ofGatewayApi = ['gateway.networking.k8s.io/Gateway', 'gateway.networking.k8s.io/GatewayClass'];

/** Refuses a policy's `selector` beside `targetRefs`, and what both may not say (`validateOneOfSelectorType` and others). */
export function wantAttachment(spec: Place): void {
  const set = ['selector', 'targetRef', 'targetRefs'].filter(
    (name) => spec.at(name).isSet && (name !== 'targetRefs' || spec.at(name).items.length > 0),
  );
  if (set.length > 1) spec.at(set.at(-1) ?? '').refuse(`stands beside ${set[0]}`, 'keep one of them.');
  wantSelector(spec.at('selector'), 'matchLabels');
  for (const reference of [spec.at('targetRef'), ...spec.at('targetRefs').items])
    if (reference.isSet) wantReference(reference);
}

function wantReference(reference: Place): void {
  if (reference.at('name').text === '') reference.refuse('has no name', 'name the object.');
  if (reference.at('namespace').text !== '')
    reference.at('namespace').refuse('names a namespace', 'drop it: the object must be in the policy’s own.');
  const group = reference.at('group').text;
  const kind = `${group === 'core' ? '' : group}/${reference.at('kind').text}`;
  if (![...referable, ...ofGatewayApi].includes(kind))
    reference.refuse(
      `means ${kind.replace(/^\//, '')}`,
      'refer to a Service, a ServiceEntry, or a Gateway or GatewayClass of the Gateway API.',
    );
}
