import { providerNames, type TelemetryPart, type WorkloadMode } from '../compile/http/telemetry.ts';
import { attaches, isNamespaceWide } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceKey, resourceName } from '../model/resource.ts';
import { at, findingOf } from './finding.ts';
import { precedence } from './precedence.ts';
import type { Rule } from './types.ts';

interface Replaced {
  older: Resource;
  younger: Resource;
  part: TelemetryPart;
  fields: Set<string>;
  proxies: Set<Proxy>;
}

/**
 * Telemetries that select the same workload and set the same thing. They are merged, oldest first, and the last word
 * counts: for tracing field by field, for access logs by the list of providers (istiod's `Telemetries.Tracing` and
 * `mergeLogs`). What differs in nothing, or touches different fields, is no clash.
 */
export const telemetryReplaced: Rule = {
  name: 'telemetry-replaced',
  codes: [codes.telemetryReplaced],
  find(mesh) {
    const found = new Map<string, Replaced>();
    const all = mesh.registry.resources('Telemetry').filter((it) => !isNamespaceWide(it));
    for (const proxy of mesh.proxies) {
      const selecting = all.filter(
        (it) => it.metadata.namespace === proxy.namespace && attaches(it, proxy, mesh.registry),
      );
      for (const [index, older] of selecting.entries())
        for (const younger of selecting.slice(index + 1))
          for (const part of ['tracing', 'accessLogging'] as const)
            for (const field of modesOf(proxy).flatMap((mode) => lost(older, younger, part, mode))) {
              const key = `${resourceKey(older)} ${resourceKey(younger)} ${part}`;
              const known = found.get(key) ?? { older, younger, part, fields: new Set(), proxies: new Set() };
              found.set(key, known);
              known.fields.add(field);
              known.proxies.add(proxy);
            }
    }
    return [...found.values()].map(({ older, younger, part, fields, proxies }) => {
      const { isKnown, why } = precedence(older, younger);
      const differing = [...fields].join(', ');
      return findingOf(mesh, {
        code: codes.telemetryReplaced,
        kind: 'conflict',
        severity: 'warning',
        at: at(older, 'spec', part),
        proxies,
        message: `selects workloads that ${isKnown ? 'the later ' : ''}${resourceName(younger)} selects, too, and says something else of ${differing}`,
        effect: isKnown
          ? `there the later one's ${part} is in force, and ${differing} of this one is not (${why}).`
          : `there ${differing} of the later one's ${part} is in force alone. ${why}`,
        fix: 'put both into one Telemetry, or make their selectors differ.',
        related: [
          {
            message: `${resourceName(younger)} ${isKnown ? 'is in force' : 'says something else'}`,
            at: at(younger, 'spec', part),
          },
        ],
      });
    });
  },
};

function modesOf({ type }: Proxy): WorkloadMode[] {
  return type === 'router' ? ['CLIENT'] : ['CLIENT', 'SERVER'];
}

/** What of the older one's part the younger one takes the place of, for one mode. */
function lost(older: Resource, younger: Resource, part: TelemetryPart, mode: WorkloadMode): string[] {
  const [first, second] = [itemsOf(older, part, mode), itemsOf(younger, part, mode)];
  const [was, is] = part === 'tracing' ? [tracing(first), tracing(second)] : [logging(first), logging(second)];
  if (is.size === 0) return [];
  return [...was].flatMap(([name, value]) => {
    const other = is.get(name);
    // The list of providers is replaced as a whole, fields of tracing one by one.
    if (part === 'tracing' && other === undefined) return [];
    return other === value ? [] : [name];
  });
}

function itemsOf(telemetry: Resource, part: TelemetryPart, mode: WorkloadMode): JsonObject[] {
  return objects(telemetry.spec[part]).filter(({ match }) => {
    const wanted = isObject(match) ? (match['mode'] ?? 'CLIENT_AND_SERVER') : 'CLIENT_AND_SERVER';
    return wanted === 'CLIENT_AND_SERVER' || wanted === mode;
  });
}

/** The fields that are set, with their values as text. */
function tracing(items: JsonObject[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { match: _, ...item } of items)
    for (const [name, value] of Object.entries(item))
      if (name !== 'providers') fields.set(name, JSON.stringify(value));
      else if (providerNames(item)[0] !== undefined) fields.set(name, String(providerNames(item)[0]));
  return fields;
}

/** The providers, with what is said of each as text. */
function logging(items: JsonObject[]): Map<string, string> {
  return new Map(
    items.flatMap((item) =>
      providerNames(item).map((name): [string, string] => [
        `provider ${name}`,
        JSON.stringify([item['disabled'] === true, item['filter'] ?? null]),
      ]),
    ),
  );
}
