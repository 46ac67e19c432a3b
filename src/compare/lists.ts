import { isObject, ownValue } from '../model/json.ts';

/** How the elements of a repeated field find their counterparts. */
export interface ListRule {
  /** Names of an element, tried one after the other on those still without a counterpart; undefined: it has none. */
  keys: readonly ((element: any) => string | undefined)[];
  /** Whether Envoy gives the order a meaning: then a changed order is a difference. */
  ordered: boolean;
}

const name = (element: any): string | undefined => (typeof element?.name === 'string' ? element.name : undefined);
const content = (element: any): string => canonical(element);
const field =
  (key: string) =>
  (element: any): string | undefined =>
    element?.[key] === undefined ? undefined : canonical(element[key]);

/** A set: each element is its own identity. */
const set: ListRule = { keys: [content], ordered: false };
const named: ListRule = { keys: [name], ordered: true };
const headerOption: ListRule = {
  keys: [content, (option) => (option?.header?.key === undefined ? undefined : canonical(option.header.key))],
  ordered: true,
};

/** By the field's name; `parent/field` where the name alone would say too little. Fields without a rule are ordered and go by index. */
const rules: Record<string, ListRule> = {
  // RouteConfiguration: a host is looked up by domain, whatever the order of the virtual hosts.
  virtual_hosts: { keys: [name], ordered: false },
  domains: set,
  routes: { keys: [(route) => canonical([route?.name, route?.match]), field('match'), name], ordered: true },
  'weighted_clusters/clusters': { keys: [(entry) => canonical([entry?.name, entry?.weight]), name], ordered: false },
  headers: { keys: [content, name], ordered: false },
  query_parameters: { keys: [content, name], ordered: false },
  dynamic_metadata: set,
  request_headers_to_add: headerOption,
  response_headers_to_add: headerOption,
  retriable_status_codes: set,
  // Listener: the chain is found by the most specific match, whatever the order.
  filter_chains: {
    keys: [(chain) => canonical([chain?.name, chain?.filter_chain_match]), field('filter_chain_match'), name],
    ordered: false,
  },
  'filter_chain_match/application_protocols': set,
  server_names: set,
  prefix_ranges: set,
  source_prefix_ranges: set,
  direct_source_prefix_ranges: set,
  filters: named,
  http_filters: named,
  listener_filters: named,
  access_log: named,
  additional_addresses: set,
  // Cluster and endpoints.
  endpoints: {
    keys: [(group) => canonical([group?.locality ?? {}, group?.priority ?? 0]), field('locality')],
    ordered: false,
  },
  lb_endpoints: {
    keys: [(entry) => canonical(entry?.endpoint?.address), (entry) => canonical(entry?.endpoint?.hostname)],
    ordered: false,
  },
  transport_socket_matches: named,
  match_typed_subject_alt_names: set,
  match_subject_alt_names: set,
  // RBAC and JWT: alternatives and conjunctions commute.
  'and_ids/ids': set,
  'or_ids/ids': set,
  'and_rules/rules': set,
  'or_rules/rules': set,
  permissions: set,
  principals: set,
};

/** The rule of a repeated field. @param parent the field that holds the message that holds the list */
export function listRule(
  parent: string | number | undefined,
  fieldName: string | number | undefined,
): ListRule | undefined {
  return ownValue(rules, `${parent}/${fieldName}`) ?? ownValue(rules, String(fieldName));
}

/** One text for one content: object keys sorted. An Unknown inside has no content and makes the text unlike any other. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

/**
 * Pairs of indexes of elements that are each other's counterparts, in the order of the first list, under the rule's
 * keys; several elements of one key pair up in their order.
 */
export function pairUp(rule: ListRule, expected: readonly unknown[], live: readonly unknown[]): [number, number][] {
  const pairs: [number, number][] = [];
  const leftExpected = new Set(expected.keys());
  const leftLive = new Set(live.keys());
  for (const key of rule.keys) {
    if (leftExpected.size === 0 || leftLive.size === 0) break;
    const waiting = new Map<string, number[]>();
    for (const index of leftLive) {
      const text = key(live[index]);
      if (text !== undefined) waiting.set(text, [...(waiting.get(text) ?? []), index]);
    }
    for (const index of leftExpected) {
      const text = key(expected[index]);
      const found = text === undefined ? undefined : waiting.get(text)?.shift();
      if (found === undefined) continue;
      pairs.push([index, found]);
      leftExpected.delete(index);
      leftLive.delete(found);
    }
  }
  return pairs.sort(([a], [b]) => a - b);
}

/** A short text that names an element where a changed order is shown. */
export function label(element: unknown): unknown {
  return isObject(element) ? (element['name'] ?? element['match'] ?? element) : element;
}
