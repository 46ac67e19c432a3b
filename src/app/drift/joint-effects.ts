import { compileProxy } from '../../compile/index.ts';
import { codes } from '../../model/codes.ts';
import { counted } from '../../model/counted.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import type { Resource } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { RegistryInput } from '../../registry/types.ts';
import type { ObjectDrift } from './objects.ts';
import { overlay } from './overlay.ts';
import { RestOfChange } from './rest-of-change.ts';

/** So many proxies are compiled at the most, each for each finding. */
const mostCompiled = 2000;

/**
 * What Git says and the cluster has not does nothing alone where it takes more that the cluster has not: a VirtualService
 * whose Gateway is missing, too. Then it is told by what would be missing of Git without it.
 */
export class JointEffects {
  readonly #state: () => { rest: RestOfChange; proxies: ReturnType<typeof buildRegistry>['proxies'] };
  #compiled = 0;

  /** @param ids of the proxies that are examined */
  constructor(input: RegistryInput, git: readonly Resource[], ids: ReadonlySet<string>, signal?: AbortSignal) {
    this.#state = once(() => {
      const applied = { ...input, resources: overlay(input.resources, git) };
      const registry = buildRegistry(applied);
      const proxies = registry.proxies.filter(({ id }) => ids.has(id));
      const configs = new Map<string, ProxyConfig>();
      const config = (proxy: (typeof proxies)[number]): ProxyConfig => {
        const known = configs.get(proxy.id) ?? compileProxy(proxy, registry);
        configs.set(proxy.id, known);
        return known;
      };
      return { proxies, rest: new RestOfChange(applied, { proxies, config }, signal) };
    });
  }

  /** The finding, with the proxies that would miss it in Git's state where it says that it does nothing. */
  async of(finding: Finding, drift: ObjectDrift, alone: boolean): Promise<Finding> {
    const { code, severity } = finding;
    if (alone || severity !== 'warning' || (code !== codes.notApplied && code !== codes.fieldDrift)) return finding;
    const { rest, proxies } = this.#state();
    this.#compiled += proxies.length;
    if (this.#compiled > mostCompiled) return finding;
    const ids = await rest.without(drift, finding.field, proxies);
    if (ids.length === 0) return finding;
    const effect = `without it ${counted(ids.length, 'proxy')} would not hold what Git says, together with the rest that differs.`;
    return { ...finding, severity: 'error', proxies: ids.sort(), effect };
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
