import { compileProxy } from '../../compile/index.ts';
import { codes } from '../../model/codes.ts';
import { counted } from '../../model/counted.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
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
  readonly #input: RegistryInput;
  readonly #git: readonly Resource[];
  readonly #ids: ReadonlySet<string>;
  readonly #signal: AbortSignal | undefined;
  #state: { rest: RestOfChange; proxies: readonly Proxy[] } | undefined;
  #compiled = 0;

  /** @param ids of the proxies that are examined */
  constructor(input: RegistryInput, git: readonly Resource[], ids: ReadonlySet<string>, signal?: AbortSignal) {
    this.#input = input;
    this.#git = git;
    this.#ids = ids;
    this.#signal = signal;
  }

  /** The finding, with the proxies that would miss it in Git's state where it says that it does nothing. */
  async of(finding: Finding, drift: ObjectDrift, alone: boolean): Promise<Finding> {
    const { code, severity } = finding;
    if (alone || severity !== 'warning' || (code !== codes.notApplied && code !== codes.fieldDrift)) return finding;
    this.#state ??= this.#applied();
    const { rest, proxies } = this.#state;
    this.#compiled += proxies.length;
    if (this.#compiled > mostCompiled) return finding;
    const ids = await rest.without(drift, finding.field, proxies);
    if (ids.length === 0) return finding;
    const effect = `without it ${counted(ids.length, 'proxy')} would not hold what Git says, together with the rest that differs.`;
    return { ...finding, severity: 'error', proxies: ids.sort(), effect };
  }

  /** The state with all that Git says; most runs have no finding that it is asked for. */
  #applied(): { rest: RestOfChange; proxies: readonly Proxy[] } {
    const applied = { ...this.#input, resources: overlay(this.#input.resources, this.#git) };
    const registry = buildRegistry(applied);
    const proxies = registry.proxies.filter(({ id }) => this.#ids.has(id));
    const configs = new Map<string, ProxyConfig>();
    const config = (proxy: Proxy): ProxyConfig => {
      const known = configs.get(proxy.id) ?? compileProxy(proxy, registry);
      configs.set(proxy.id, known);
      return known;
    };
    return { proxies, rest: new RestOfChange(applied, { proxies, config }, this.#signal) };
  }
}
