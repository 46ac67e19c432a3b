import { isObject } from '../../model/json.ts';
import type { Registry } from '../../registry/types.ts';

/** What the configuration of a mesh asks of proxies by name. */
export interface Uses {
  /** Keys of labels that some selector, `sourceLabels` or `failoverPriority` names. */
  labels: ReadonlySet<string>;
  /** Node metadata that some EnvoyFilter matches. */
  metadata: ReadonlySet<string>;
  /** Some Service keeps its traffic on the node, so that the proxy's node counts. */
  node: boolean;
}

/** Kinds that choose proxies by labels, or compare labels of proxies. */
const kinds = [
  'AuthorizationPolicy',
  'DestinationRule',
  'EnvoyFilter',
  'Gateway',
  'PeerAuthentication',
  'RequestAuthentication',
  'Sidecar',
  'Telemetry',
  'TrafficExtension',
  'VirtualService',
  'WasmPlugin',
];

/** Fields whose keys are labels, whatever message they stand in. `labels` also names subsets, which does no harm. */
const labelFields = new Set(['labels', 'matchLabels', 'selector', 'sourceLabels']);

/** Labels that the compiler reads by name. */
const readByName = [
  'app',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/name',
  'gateway.networking.k8s.io/gateway-name',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
];

/** Labels that `trafficDistribution` of a Service compares. */
const topology = [
  'kubernetes.io/hostname',
  'topology.istio.io/network',
  'topology.istio.io/subzone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
];

const known = new WeakMap<Registry, Uses>();

/** Looks through all of the configuration once. */
export function usesOf(registry: Registry): Uses {
  let uses = known.get(registry);
  if (!uses) {
    const labels = new Set(readByName);
    const metadata = new Set<string>();
    for (const kind of kinds) for (const { spec } of registry.resources(kind)) collect(spec, labels, metadata);
    collect(registry.mesh, labels, metadata);
    if (registry.services.some((service) => service.trafficDistribution !== ''))
      for (const label of topology) labels.add(label);
    uses = { labels, metadata, node: registry.services.some((service) => service.internalTrafficPolicyLocal) };
    known.set(registry, uses);
  }
  return uses;
}

function collect(container: object, labels: Set<string>, metadata: Set<string>): void {
  for (const [field, value] of Object.entries(container)) {
    if (typeof value !== 'object' || value === null) continue;
    if (labelFields.has(field)) for (const key of Object.keys(value)) labels.add(key);
    if (field === 'failoverPriority' && Array.isArray(value))
      for (const item of value) labels.add(String(item).split('=')[0] as string);
    if (field === 'proxy' && isObject(value['metadata']))
      for (const key of Object.keys(value['metadata'])) metadata.add(key);
    collect(value, labels, metadata);
  }
}
