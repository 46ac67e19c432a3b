import type { Locality } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';

export const noLocality: Locality = { region: '', zone: '', subzone: '' };

/** Labels that override a workload's locality, in the order in which they are looked up. */
const overrides = ['topology.istio.io/locality', 'istio-locality'];

/** `region/zone/subzone` as a locality; missing parts are empty (labelutil.SplitLocalityLabel). */
export function parseLocality(text: string): Locality {
  const [region = '', zone = '', subzone = ''] = text.split('/');
  return { region, zone, subzone };
}

/** The locality that a workload's own label demands; there dots may stand for slashes. */
export function localityLabel(labels: Record<string, string>): string {
  const label = overrides.map((name) => labels[name]).find((value) => value !== undefined) ?? '';
  return label.includes('/') ? label : label.replaceAll('.', '/');
}

/** Locality of a pod: its `istio-locality` label, else its node's topology labels (Controller.getPodLocality). */
export function podLocality(labels: Record<string, string>, node: Resource | undefined): Locality {
  const label = localityLabel(labels);
  if (label !== '') return parseLocality(label);
  if (!node) return noLocality;
  const of = (...names: string[]) => names.map((name) => node.metadata.labels[name]).find(Boolean) ?? '';
  return {
    region: of('topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'),
    zone: of('topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'),
    subzone: of('topology.istio.io/subzone'),
  };
}
