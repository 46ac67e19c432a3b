import type { Proxy } from '../../model/proxy.ts';
import type { DestinationRule, Registry, Service } from '../../registry/types.ts';
import { nodeMetadata } from '../node-metadata.ts';
import { unseenKey } from '../security/unseen-policies.ts';
import { localityText } from './locality.ts';
import { localitySettings } from './locality-settings.ts';

/** What of a proxy can shape the endpoints it is sent, as texts: proxies of one text share the messages. */
export class View {
  readonly #proxy: Proxy;
  readonly #registry: Registry;
  readonly #plain: string;
  #labels: string | undefined;

  constructor(proxy: Proxy, registry: Registry) {
    this.#proxy = proxy;
    this.#registry = registry;
    this.#plain = [
      proxy.type,
      proxy.network,
      proxy.clusterId,
      localityText(proxy.locality),
      nodeMetadata(proxy, 'REQUESTED_NETWORK_VIEW'),
      unseenKey(proxy, registry),
    ].join('|');
  }

  /** The text for one service under a rule: only some look at the proxy's node or labels. */
  of(service: Service, rule: DestinationRule | undefined): string {
    let view = this.#plain;
    if (service.internalTrafficPolicyLocal) view += `|${this.#proxy.nodeName}`;
    if (!comparesLabels(this.#registry, service, rule)) return view;
    this.#labels ??= JSON.stringify(this.#proxy.labels);
    return `${view}|${this.#labels}`;
  }
}

const rulesComparing = new WeakMap<DestinationRule, boolean>();
const servicesComparing = new WeakMap<Service, boolean>();

/** Whether `failoverPriority` compares the proxy's labels: the service's or mesh's, or of any port or subset of the rule. */
function comparesLabels(registry: Registry, service: Service, rule: DestinationRule | undefined): boolean {
  let found = servicesComparing.get(service);
  if (found === undefined) {
    found = localitySettings(registry, undefined, service)?.setting['failoverPriority'] !== undefined;
    servicesComparing.set(service, found);
  }
  if (found || !rule) return found;
  let byRule = rulesComparing.get(rule);
  if (byRule === undefined) {
    byRule = JSON.stringify(rule.spec).includes('"failoverPriority"');
    rulesComparing.set(rule, byRule);
  }
  return byRule;
}
