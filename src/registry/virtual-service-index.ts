import type { VirtualService } from './types.ts';

/** VirtualServices by gateway and visibility (istiod's virtualServiceIndex). */
export class VirtualServiceIndex {
  readonly #private = new Map<string, VirtualService[]>();
  readonly #exported = new Map<string, VirtualService[]>();
  readonly #public = new Map<string, VirtualService[]>();

  /** @param virtualServices in istiod's order */
  constructor(virtualServices: readonly VirtualService[]) {
    for (const item of virtualServices) {
      for (const gateway of item.gateways) {
        if (item.exportTo.has('*')) push(this.#public, gateway, item);
        else if (!item.exportTo.has('~'))
          for (const namespace of item.exportTo)
            push(namespace === item.namespace ? this.#private : this.#exported, `${namespace}\n${gateway}`, item);
      }
    }
  }

  /** The three lists that a namespace sees for a gateway, in the order of precedence: private, exported to it, public. */
  lists(namespace: string, gateway: string): readonly (readonly VirtualService[])[] {
    const key = `${namespace}\n${gateway}`;
    return [this.#private.get(key) ?? [], this.#exported.get(key) ?? [], this.#public.get(gateway) ?? []];
  }

  /**
   * VirtualServices of a gateway in the order in which a gateway proxy uses them (push_context.VirtualServicesForGateway):
   * among the public ones routes of the Gateway API in the own namespace come first.
   */
  forGateway(namespace: string, gateway: string): VirtualService[] {
    const [own = [], exported = [], open = []] = this.lists(namespace, gateway);
    return [...own, ...exported, ...preferOwnRoutes(open, namespace)];
  }
}

/** Gateway API routes of the own namespace before all others, both in their order. */
export function preferOwnRoutes(list: readonly VirtualService[], namespace: string): VirtualService[] {
  const own = (item: VirtualService): boolean => item.routeSemantics === 'gateway' && item.namespace === namespace;
  return [...list.filter(own), ...list.filter((item) => !own(item))];
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
