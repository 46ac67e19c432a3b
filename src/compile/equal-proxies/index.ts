import type { Listener, ProxyConfig } from '../../model/envoy.ts';
import { marksOf, withMarksMoved } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Resource } from '../../model/resource.ts';
import type { Registry } from '../../registry/types.ts';
import { ownHeadless } from '../listener/outbound/headless-pods.ts';
import { requestedRouteNames } from '../route/requested-names.ts';
import { inputsOf } from './inputs.ts';
import { KeptConfigs } from './kept.ts';

/** What was compiled for a proxy and all that are equal to it. */
interface Shared {
  config: ProxyConfig;
  /** The pod that stands in its marks. */
  pod: Resource;
  /** The messages with such marks, and those around them. */
  marked: ReadonlySet<object>;
}

const stores = new WeakMap<Registry, KeptConfigs<Shared>>();

/**
 * Compiles once for all proxies of equal inputs, and gives each its own: marks lead to its own pod, and of headless
 * services it has no listener for its own address. All else is shared, as compiled messages are never changed.
 *
 * @param compile what the proxy is sent, with the listeners of every headless pod where `everyHeadlessPod` is set
 */
export function forEqualProxies(
  proxy: Proxy,
  registry: Registry,
  compile: (everyHeadlessPod: boolean) => ProxyConfig,
): { own: ProxyConfig; shared: ProxyConfig } {
  let store = stores.get(registry);
  if (!store) stores.set(registry, (store = new KeptConfigs()));
  const headless = ownHeadless(proxy, registry, registry.sidecarScope(proxy));
  const key = inputsOf(proxy, registry, headless);
  const shared = store.get(key, () => {
    const config = compile(headless !== 'compiled');
    return { config, pod: proxy.pod, marked: marksOf(config, proxy.pod) };
  });
  return { own: asOwn(shared, proxy, headless === 'dropped'), shared: shared.config };
}

function asOwn({ config, pod, marked }: Shared, proxy: Proxy, dropsOwn: boolean): ProxyConfig {
  const own = { ...withMarksMoved(config, marked, pod, proxy.pod) };
  if (!dropsOwn) return own;
  const [address] = proxy.ipAddresses;
  own.listeners = own.listeners.filter(
    (listener) => listener['traffic_direction'] !== 'OUTBOUND' || primaryAddress(listener) !== address,
  );
  const requested = new Set(requestedRouteNames(own.listeners));
  own.routes = own.routes.filter(({ name }) => requested.has(name));
  return own;
}

function primaryAddress(listener: Listener): unknown {
  return listener.address?.['socket_address']?.address;
}
