import { idlePatches } from '../compile/envoyfilter/index.ts';
import { proxyVersionMatches, selectsWorkload } from '../compile/envoyfilter/select.ts';
import { codes } from '../model/codes.ts';
import { counted } from '../model/counted.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects, valueAt } from '../model/json.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Resource } from '../model/resource.ts';
import { matchesLabels } from '../registry/workload-labels.ts';
import { at, findingOf } from './finding.ts';
import { runsElsewhere } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unsentTo } from './unsent-patch.ts';

/** Patches that istiod compiles into no listener, cluster or route. */
const besideConfig = new Set(['BOOTSTRAP', 'EXTENSION_CONFIG']);

/**
 * Patches of EnvoyFilters that change nothing in any proxy: their workload does not exist, no proxy has their version, or
 * nothing in the proxies' config is what they match. And those that hold for one version of the proxy only.
 */
export const envoyFilter: Rule = {
  name: 'envoy-filter',
  codes: [codes.idlePatch, codes.patchForVersion],
  find(mesh) {
    const examined = new Set(mesh.proxies);
    return mesh.registry.resources('EnvoyFilter').flatMap((filter) => {
      const selected = mesh.registry.proxies.filter((proxy) => selectsWorkload(filter, proxy, mesh.registry));
      // What a patch does in a proxy that nobody looks at is not known.
      if (selected.some((proxy) => !examined.has(proxy))) return [];
      if (selected.length === 0) return forNobody(mesh, filter);
      return objects(filter.spec['configPatches']).flatMap((patch, index) =>
        judge(mesh, filter, patch, index, selected),
      );
    });
  },
};

function forNobody(mesh: CompiledMesh, filter: Resource): Finding[] {
  const selector = valueAt(filter.spec, ['workloadSelector', 'labels']);
  if (!isObject(selector)) return [];
  const labels = selector as Record<string, string>;
  const { namespace } = filter.metadata;
  const everywhere = namespace === mesh.registry.mesh.rootNamespace ? undefined : namespace;
  // Pods without a sidecar are told of themselves, and a workload scaled to zero is no mistake.
  const meant =
    mesh.registry.unseenClusters.length > 0 ||
    runsElsewhere(mesh.registry, labels, everywhere) ||
    mesh.registry
      .resources('Pod')
      .some(
        ({ metadata }) => (!everywhere || metadata.namespace === everywhere) && matchesLabels(labels, metadata.labels),
      );
  return [
    findingOf(mesh, {
      code: codes.idlePatch,
      kind: 'scope',
      severity: meant ? 'info' : 'warning',
      at: at(filter, 'spec', 'workloadSelector', 'labels'),
      proxies: [],
      message: 'selects no proxy',
      effect: 'none: its patches hold for nobody.',
      fix: 'correct the labels or the namespace, or delete it.',
    }),
  ];
}

function judge(mesh: CompiledMesh, filter: Resource, patch: JsonObject, index: number, selected: Proxy[]): Finding[] {
  if (besideConfig.has(String(patch['applyTo']))) return unsent(mesh, filter, patch, index, selected);
  const place = ['spec', 'configPatches', index] as const;
  const bound = boundToVersion(mesh, filter, patch, index, selected);
  if (bound?.everywhere === false) return [bound.finding];
  const idle = selected.flatMap((proxy) =>
    idlePatches(mesh.config(proxy)).filter((it) => it.index === index && it.resource === filter),
  );
  const [first] = idle;
  if (!first || idle.length < selected.length) return bound ? [bound.finding] : [];
  const later = namesIn(patch['match']).find((name) => insertedNames(mesh).has(name));
  return [
    findingOf(mesh, {
      code: codes.idlePatch,
      kind: 'scope',
      // What another filter inserts may come on purpose in some meshes and in others not.
      severity: later === undefined || first.refused ? 'warning' : 'info',
      at: at(filter, ...place),
      proxies: selected,
      message: `has a patch${typeof patch['applyTo'] === 'string' ? ` of ${patch['applyTo']}` : ''} that changes nothing in ${proxiesInWords(selected)} that it selects: ${first.reason}${later === undefined ? '' : `; another EnvoyFilter inserts ${later} after it, or elsewhere`}`,
      effect: 'none: what the patch was written for is not there.',
      fix: first.refused ? 'correct its value, or remove the patch.' : 'correct its match, or remove the patch.',
    }),
  ];
}

/** A patch that is sent to none of the proxies, whatever it matches. */
function unsent(mesh: CompiledMesh, filter: Resource, patch: JsonObject, index: number, selected: Proxy[]): Finding[] {
  const [first, ...others] = selected.map((proxy) => unsentTo(mesh, proxy, patch));
  if (!first || others.some((it) => it === undefined)) return [];
  return [
    findingOf(mesh, {
      code: codes.idlePatch,
      kind: 'scope',
      severity: 'warning',
      at: at(filter, 'spec', 'configPatches', index),
      proxies: selected,
      message: `has a patch of ${String(patch['applyTo'])} that changes nothing in ${proxiesInWords(selected)} that it selects: ${first.reason}`,
      effect: 'none: what the patch was written for is not there.',
      fix: first.fix,
    }),
  ];
}

function proxiesInWords({ length }: readonly Proxy[]): string {
  return length === 1 ? 'the one proxy' : `any of the ${length} proxies`;
}

/** The names that a patch's match asks for: of filters, virtual hosts, routes, clusters. */
function namesIn(match: unknown): string[] {
  if (!isObject(match)) return [];
  return Object.entries(match).flatMap(([key, value]) =>
    key === 'name' && typeof value === 'string' ? [value] : namesIn(value),
  );
}

/** The names of all that EnvoyFilters insert. */
function insertedNames({ registry }: CompiledMesh): Set<string> {
  const patches = registry.resources('EnvoyFilter').flatMap(({ spec }) => objects(spec['configPatches']));
  return new Set(patches.flatMap((patch) => namesIn(valueAt(patch, ['patch', 'value']))));
}

/**
 * A patch whose `proxyVersion` some proxies do not have, or none will have after the next upgrade. Filters for several
 * versions side by side are how upgrades are done, so this is a note.
 */
function boundToVersion(
  mesh: CompiledMesh,
  filter: Resource,
  patch: JsonObject,
  index: number,
  selected: Proxy[],
): { finding: Finding; everywhere: boolean } | undefined {
  const expression = valueAt(patch, ['match', 'proxy', 'proxyVersion']);
  if (typeof expression !== 'string' || expression === '') return undefined;
  const versions = [...new Set(selected.map(({ istioVersion }) => istioVersion))].sort();
  const without = selected.filter((proxy) => !proxyVersionMatches(expression, proxy.istioVersion, mesh.registry));
  const next = [...new Set(versions.map(nextMinor))];
  const everywhere = without.length === 0;
  if (everywhere && next.every((version) => proxyVersionMatches(expression, version, mesh.registry))) return undefined;
  const missing =
    without.length === selected.length ? 'no proxy' : `${without.length} of ${counted(selected.length, 'proxy')}`;
  const finding = findingOf(mesh, {
    code: codes.patchForVersion,
    kind: 'scope',
    severity: 'info',
    at: at(filter, 'spec', 'configPatches', index, 'match', 'proxy', 'proxyVersion'),
    proxies: everywhere ? selected : without,
    message: `has a patch for proxies of version ${expression}; its proxies have ${versions.join(', ')}`,
    effect: everywhere
      ? `none yet: proxies of ${next.join(', ')} will be without the patch.`
      : `the patch is ${without.length === selected.length ? 'in' : 'missing in'} ${missing}.`,
    fix: everywhere
      ? 'drop proxyVersion if the patch is meant for later versions too.'
      : 'write the versions that the proxies have, or delete what is left of an upgrade.',
  });
  return { finding, everywhere };
}

/** `1.30.0` of `1.29.3`. */
function nextMinor(version: string): string {
  const [major = '1', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}
