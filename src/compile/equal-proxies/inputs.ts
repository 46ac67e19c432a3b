import { isObject } from '../../model/json.ts';
import { placeOf } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import { resourceKey } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { headlessKey } from '../cluster/headless-tls.ts';
import { idOf } from '../identity.ts';
import type { OwnHeadless } from '../listener/outbound/headless-pods.ts';
import { unseenKey } from '../security/unseen-policies.ts';
import { usesOf } from './uses.ts';

/** Node metadata that differs from pod to pod, or is written down elsewhere in the key. */
const ofThePod = new Set(['NAME', 'NODE_NAME', 'INSTANCE_IPS', 'LABELS', 'ANNOTATIONS']);

/**
 * All that compiling reads of a proxy, as one text: proxies of equal text are sent equal configuration, but for what
 * `asOwn` puts in its place. Left out are the pod's name and, but where they decide something, its addresses, its node
 * and those labels that no configuration asks for.
 */
export function inputsOf(proxy: Proxy, registry: Registry, headless: OwnHeadless): string {
  const uses = usesOf(registry);
  const scope = registry.sidecarScope(proxy);
  const targets = registry
    .serviceTargets(proxy)
    .map(({ service, port, targetPort }) => [idOf(service), idOf(port.config), targetPort]);
  return JSON.stringify([
    proxy.type,
    proxy.namespace,
    [...uses.labels].map((label) => proxy.labels[label] ?? null),
    proxy.annotations['resource.opentelemetry.io/service.name'] ?? null,
    proxy.workloadName || proxy.podName,
    proxy.clusterId,
    proxy.network,
    proxy.meshId,
    proxy.dnsDomain,
    proxy.istioVersion,
    proxy.locality,
    uses.node && proxy.nodeName,
    proxy.interceptionMode,
    proxy.proxyConfig,
    places(proxy.proxyConfig),
    Object.entries(proxy.metadata).filter(([name]) => !ofThePod.has(name) && name !== 'PROXY_CONFIG'),
    [...uses.metadata].map((name) => proxy.metadata[name] ?? null),
    idOf(scope.sidecar),
    targets,
    proxy.ipAddresses.map((address) => address.includes(':')),
    // A Sidecar's ingress listens on the pod's own addresses.
    scope.ingress.length > 0 && proxy.ipAddresses,
    headless === 'compiled' && proxy.ipAddresses[0],
    unseenKey(proxy, registry),
    headlessKey(proxy, registry),
  ]);
}

/** Where settings come from: equal ones of different objects have different origins. */
function places(container: object): string[] {
  const place = placeOf(container);
  const own = place ? [`${resourceKey(place.resource)} ${place.path.join('.')}`] : [];
  return [
    ...own,
    ...Object.values(container).flatMap((value) => (isObject(value) || Array.isArray(value) ? places(value) : [])),
  ];
}
