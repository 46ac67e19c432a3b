import { compareInSteps } from '../../compare/index.ts';
import { ComparisonMemory } from '../../compare/memory.ts';
import type { Difference } from '../../compare/types.ts';
import { compileProxy } from '../../compile/index.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { EnvoyEvidence } from '../../model/finding.ts';
import { formatPath } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { RegistryInput } from '../../registry/types.ts';
import { isRefused } from '../check/compiled-mesh.ts';
import { inSlices, turn } from './in-slices.ts';
import { digest, SharedConfigs } from './shared-configs.ts';

/** What a change of the inputs does to the proxies. */
export interface Effect {
  /** Proxies whose config changes, sorted by id. */
  proxies: Proxy[];
  /** The Envoy-level differences on the first of them: `expected` is with the change, `live` without. */
  differences: Difference[];
  /** It was not computed: what it does is not known. */
  unknown?: boolean;
}

/**
 * Answers "which proxies would hold something else if these objects were so?" by compiling again: exact, whatever the
 * field does.
 */
export class EffectOracle {
  readonly #input: RegistryInput;
  readonly #proxies: readonly Proxy[];
  readonly #shared = new SharedConfigs();
  readonly #memory = new ComparisonMemory();
  readonly #base = new Map<string, string>();
  readonly #baseOf: (proxy: Proxy) => ProxyConfig;
  readonly #signal: AbortSignal | undefined;
  /** Changes whose effect was not computed because the run was stopped. */
  notComputed = 0;

  /**
   * @param input the state as it is
   * @param proxies the proxies that are examined
   * @param baseOf what a proxy is to hold in that state
   * @param signal ends the computing: what is not known by then is told so
   */
  constructor(
    input: RegistryInput,
    proxies: readonly Proxy[],
    baseOf: (proxy: Proxy) => ProxyConfig,
    signal?: AbortSignal,
  ) {
    this.#signal = signal;
    this.#input = input;
    this.#proxies = proxies;
    this.#baseOf = baseOf;
  }

  /**
   * @param without an object to leave out, if any
   * @param instead the object to put in its place, if any
   * @param among examines these proxies only
   */
  async change(without: Resource | undefined, instead: Resource | undefined, among = this.#proxies): Promise<Effect> {
    try {
      return await this.#change(without, instead, among);
    } catch (error) {
      if (!this.#signal?.aborted) throw error;
      this.notComputed += 1;
      return { proxies: [], differences: [], unknown: true };
    }
  }

  async #change(
    without: Resource | undefined,
    instead: Resource | undefined,
    among: readonly Proxy[],
  ): Promise<Effect> {
    await turn(this.#signal);
    const key = resourceKey(without ?? instead ?? { group: '', kind: '', metadata: { name: '', namespace: '' } });
    const isIt = (resource: Resource): boolean => resourceKey(resource) === key;
    // What the API server refuses changes nothing, and may be of no shape that can be compiled.
    if (instead && isRefused(this.#input, instead, this.#input.resources.find(isIt)))
      return { proxies: [], differences: [] };
    const resources = this.#input.resources.filter((resource) => !isIt(resource));
    if (instead) resources.push(instead);
    const registry = buildRegistry({ ...this.#input, resources });
    const proxyById = new Map(registry.proxies.map((proxy) => [proxy.id, proxy]));
    const effect: Effect = { proxies: [], differences: [] };
    for (const proxy of among) {
      const changed = compileProxy(proxyById.get(proxy.id) ?? proxy, registry);
      await turn(this.#signal);
      if (digest(changed) === this.#baseline(proxy)) continue;
      const steps = compareInSteps(this.#shared.share(changed), this.#shared.share(this.#baseOf(proxy)), this.#memory);
      const { differences } = await inSlices(steps, this.#signal);
      if (differences.length === 0) continue;
      if (effect.proxies.length === 0) effect.differences = differences;
      effect.proxies.push(proxy);
    }
    return effect;
  }

  #baseline(proxy: Proxy): string {
    const known = this.#base.get(proxy.id) ?? digest(this.#baseOf(proxy));
    this.#base.set(proxy.id, known);
    return known;
  }
}

/** Evidence for a report: the first few Envoy-level differences on one proxy; the same change in several places once. */
export function evidenceOf(proxy: Proxy | undefined, differences: readonly Difference[], most = 5): EnvoyEvidence[] {
  if (!proxy) return [];
  const distinct = new Map<string, Difference>();
  for (const difference of differences) {
    const { type, name, expectedPath, livePath, kind, expected, live } = difference;
    const leaf = (kind === 'extra' ? livePath : expectedPath).findLast((step) => typeof step === 'string');
    const key = JSON.stringify([type, name, leaf, expected, live]);
    if (!distinct.has(key)) distinct.set(key, difference);
  }
  return [...distinct.values()].slice(0, most).map((difference) => ({
    proxy: proxy.id,
    type: difference.type,
    name: difference.name,
    path: formatPath(difference.kind === 'extra' ? difference.livePath : difference.expectedPath),
    expected: difference.expected,
    live: difference.live,
  }));
}
