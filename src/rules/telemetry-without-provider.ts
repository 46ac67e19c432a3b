import { defaultProviders, providerNames, type TelemetryPart } from '../compile/http/telemetry.ts';
import { attaches, isNamespaceWide } from '../compile/policy-attachment.ts';
import { codes } from '../model/codes.ts';
import { type JsonObject, objects } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { meshConfigKnown } from './unknown-provider.ts';

/**
 * Parts of a Telemetry that name no provider where neither another Telemetry nor `defaultProviders` of the mesh names
 * one: access logs and metrics stay as they are without it, and tracing is switched off (istiod's `mergeLogs`,
 * `mergeMetrics`, `Telemetries.Tracing`).
 */
export const telemetryWithoutProvider: Rule = {
  name: 'telemetry-without-provider',
  codes: [codes.telemetryWithoutProvider],
  find(mesh) {
    if (!meshConfigKnown(mesh.registry)) return [];
    return mesh.registry
      .resources('Telemetry')
      .flatMap((telemetry) =>
        (['accessLogging', 'metrics', 'tracing'] as const).flatMap((part) => withoutProvider(mesh, telemetry, part)),
      );
  },
};

const effects: Record<TelemetryPart, string> = {
  accessLogging: 'none: access logs are what the mesh config says.',
  metrics: 'none: no metrics come of it.',
  tracing: 'without a provider tracing is off for these workloads, whatever the mesh config says.',
};

function withoutProvider(mesh: CompiledMesh, telemetry: Resource, part: TelemetryPart) {
  const { registry } = mesh;
  const items = objects(telemetry.spec[part]);
  if (!items.some(asks) || namesProvider(telemetry, part) || defaultProviders(registry, part).length > 0) return [];
  const others = registry.resources('Telemetry').filter((it) => it !== telemetry && namesProvider(it, part));
  const holders = registry.proxies.filter((proxy) => holds(telemetry, proxy, registry));
  const lacking = holders.filter((proxy) => !others.some((other) => holds(other, proxy, registry)));
  if (lacking.length === 0) return [];
  const index = items.findIndex(asks);
  return [
    findingOf(mesh, {
      code: codes.telemetryWithoutProvider,
      kind: 'unresolved',
      severity: 'warning',
      at: at(telemetry, 'spec', part, index),
      proxies: lacking.filter((proxy) => mesh.proxies.includes(proxy)),
      message: `names no provider in ${part}, and neither another Telemetry nor defaultProviders of the mesh config names one`,
      effect: effects[part],
      fix: 'write providers: [{name: ...}] with a name of extensionProviders.',
    }),
  ];
}

/** Whether an item wants something that only a provider can do; switching off needs none. */
function asks(item: JsonObject): boolean {
  return item['disabled'] !== true && item['disableSpanReporting'] !== true;
}

function namesProvider(telemetry: Resource, part: TelemetryPart): boolean {
  return objects(telemetry.spec[part]).some((item) => providerNames(item).some((name) => name !== ''));
}

/** Whether a Telemetry counts for a proxy: of its namespace or, without a selector, of the root namespace. */
function holds(telemetry: Resource, proxy: Proxy, registry: Registry): boolean {
  const { namespace } = telemetry.metadata;
  if (isNamespaceWide(telemetry)) return [registry.mesh.rootNamespace, proxy.namespace].includes(namespace);
  return namespace === proxy.namespace && attaches(telemetry, proxy, registry);
}
