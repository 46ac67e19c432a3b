import type { Resource } from '../model/resource.ts';
import { type MergedRule, type MergeOptions, mergeInto, toMergedRule } from './destination-rule.ts';
import { HostIndex, resolveShortName } from './hostname.ts';
import { byCreation } from './order.ts';
import type { DestinationRule, Service } from './types.ts';
import { matchesLabels } from './workload-labels.ts';

export interface DestinationRuleContext extends MergeOptions {
  rootNamespace: string;
  domainSuffix: string;
  /** MeshConfig.defaultDestinationRuleExportTo. */
  defaultExportTo: readonly unknown[];
}

type RulesByHost = HostIndex<MergedRule[]>;

/** Finds the DestinationRule for a service (istiod's destinationRuleIndex). */
export class DestinationRuleIndex {
  readonly #context: DestinationRuleContext;
  readonly #local = new Map<string, RulesByHost>();
  readonly #exported = new Map<string, RulesByHost>();
  readonly #rootPrivate: RulesByHost = new HostIndex();
  /** Whether any rule is for some workloads only. */
  readonly hasSelectors: boolean;

  constructor(resources: readonly Resource[], context: DestinationRuleContext) {
    this.#context = context;
    const selects = (resource: Resource): number => (resource.spec['workloadSelector'] === undefined ? 1 : 0);
    const sorted = [...resources].sort((a, b) => selects(a) - selects(b) || byCreation(a, b));
    this.hasSelectors = sorted.length > 0 && selects(sorted[0] as Resource) === 0;
    for (const resource of sorted) this.#add(resource);
  }

  #add(resource: Resource): void {
    const { namespace } = resource.metadata;
    const host = resolveShortName(String(resource.spec['host'] ?? ''), namespace, this.#context.domainSuffix);
    const rule = toMergedRule(resource, host);
    const { exportTo } = rule;
    const merge = (index: RulesByHost): void => {
      const rules = index.get(host);
      if (rules) mergeInto(rules, rule, this.#context);
      else index.set(host, [{ ...rule }]);
    };
    if (exportTo.size === 0 || exportTo.has('*') || exportTo.has(namespace)) merge(inNamespace(this.#local, namespace));
    const isPrivate =
      (exportTo.size === 0 && this.#context.defaultExportTo.includes('.')) ||
      (exportTo.size === 1 && exportTo.has(namespace));
    if (!isPrivate) merge(inNamespace(this.#exported, namespace));
    else if (namespace === this.#context.rootNamespace) merge(this.#rootPrivate);
  }

  /**
   * The rules for a service seen from a namespace (push_context.destinationRule): the client's namespace, then the
   * service's, then the root namespace; in the first that knows the host, the most specific host's.
   */
  rulesFor(clientNamespace: string, service: Pick<Service, 'hostname' | 'namespace'>): readonly MergedRule[] {
    const { rootNamespace } = this.#context;
    const own = clientNamespace === rootNamespace ? this.#rootPrivate : (this.#local.get(clientNamespace) ?? undefined);
    const local = own?.mostSpecific(service.hostname);
    if (local) return local;
    for (const namespace of [service.namespace, rootNamespace]) {
      const rules = this.#exported.get(namespace)?.mostSpecific(service.hostname);
      const visible = rules?.filter(
        ({ exportTo }) => exportTo.size === 0 || exportTo.has('*') || exportTo.has(clientNamespace),
      );
      if (visible && visible.length > 0) return visible;
    }
    return [];
  }

  /**
   * The one rule in force (SidecarScope.DestinationRule): of the client's namespace the first whose selector matches,
   * else the last without a selector.
   *
   * @param labels of the client's workload; undefined for inbound config, where selectors do not count
   */
  ruleFor(
    clientNamespace: string,
    service: Pick<Service, 'hostname' | 'namespace'>,
    labels: Record<string, string> | undefined,
  ): DestinationRule | undefined {
    let found: MergedRule | undefined;
    for (const rule of this.rulesFor(clientNamespace, service)) {
      if (rule.selector === undefined) found = rule;
      else if (labels && rule.namespace === clientNamespace && matchesLabels(rule.selector, labels)) return rule;
    }
    return found;
  }
}

function inNamespace(index: Map<string, RulesByHost>, namespace: string): RulesByHost {
  let rules = index.get(namespace);
  if (!rules) {
    rules = new HostIndex();
    index.set(namespace, rules);
  }
  return rules;
}
