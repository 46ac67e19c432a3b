import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { originsOf } from '../../src/app/drift/attribution.ts';
import { EffectOracle } from '../../src/app/drift/effect.ts';
import type { Examined } from '../../src/app/drift/examine.ts';
import { gitDriftFindings } from '../../src/app/drift/git-drift.ts';
import { judgedKind } from '../../src/app/drift/judged-kinds.ts';
import { objectDrifts } from '../../src/app/drift/objects.ts';
import { overlay } from '../../src/app/drift/overlay.ts';
import { compareConfigs } from '../../src/compare/index.ts';
import type { Difference } from '../../src/compare/types.ts';
import { compileProxy } from '../../src/compile/index.ts';
import type { ProxyConfig } from '../../src/model/envoy.ts';
import { formatPath } from '../../src/model/json.ts';
import { type Resource, resourceKey, resourceName } from '../../src/model/resource.ts';
import { buildRegistry } from '../../src/registry/index.ts';
import type { RegistryInput } from '../../src/registry/types.ts';
import { readManifest } from '../../src/source/manifest.ts';
import { type LineMutation, mutateLine } from './git-line.ts';

/** The Git side of a recording: file names relative to its root, with their text. */
export function gitFiles(directory: string): Map<string, string> {
  const part = existsSync(join(directory, 'rendered')) ? 'rendered' : 'git';
  const folder = join(directory, part);
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  return new Map(names.map((name) => [`${part}/${name}`, readFileSync(join(folder, name), 'utf8')]));
}

/** Lines of the files that can be changed, in the objects that `drift` judges and the API server has. */
export function mutableLines(files: ReadonlyMap<string, string>, live: readonly Resource[]): LineMutation[] {
  const known = new Set(live.map(resourceKey));
  return [...files].flatMap(([file, text]) =>
    text
      .split('\n')
      .map((_, index) => mutateLine(file, text, index + 1))
      .filter((it) => it !== undefined && judgedKind(it.after) && known.has(resourceKey(it.after))),
  ) as LineMutation[];
}

/** A proxy in sync with what it holds. */
export interface GitSubject extends Examined {
  live: ProxyConfig;
}

export interface GitOutcome {
  /** Proxies that differ from their dumps once the change is applied. */
  proxies: number;
  /** The finding of `drift` names the resource, the field, the file and line. */
  resource: boolean;
  field: boolean;
  line: boolean;
  told: string;
  /** Differences between what the change compiles to and the dumps: led to the very line; to a key around it; to another place of the resource; elsewhere. */
  exact: number;
  around: number;
  within: number;
  elsewhere: number;
}

/** Applies a change of Git, compares what it compiles to with the recorded dumps, and looks where it is led back to. */
export async function judgeLine(
  change: LineMutation,
  files: ReadonlyMap<string, string>,
  input: RegistryInput,
  subjects: readonly GitSubject[],
): Promise<GitOutcome> {
  const git = [...files].flatMap(([file, text]) => readManifest(file, text, { namespace: 'default' }).resources);
  const key = resourceKey(change.after);
  const desired = git.filter(judgedKind).map((it) => (resourceKey(it) === key ? change.after : it));
  const registry = buildRegistry({ ...input, resources: overlay(input.resources, desired) });
  const registryBefore = buildRegistry({ ...input, resources: overlay(input.resources, git.filter(judgedKind)) });
  const before = ({ examined }: GitSubject): ProxyConfig => {
    const proxy = registryBefore.proxies.find(({ id }) => id === examined.proxy.id);
    return proxy ? compileProxy(proxy, registryBefore) : { clusters: [], endpoints: [], listeners: [], routes: [] };
  };
  const outcome: GitOutcome = {
    ...{ proxies: 0, resource: false, field: false, line: false, told: '' },
    ...{ exact: 0, around: 0, within: 0, elsewhere: 0 },
  };
  for (const subject of subjects) {
    const proxy = registry.proxies.find(({ id }) => id === subject.examined.proxy.id);
    if (!proxy) continue;
    const expected = compileProxy(proxy, registry);
    const { differences } = compareConfigs(expected, subject.live);
    if (differences.length === 0) continue;
    const unchanged = before(subject);
    // What a part of Git that is not what was applied changes by itself says nothing of the change.
    if (compareConfigs(unchanged, subject.live).differences.length > 0) continue;
    outcome.proxies++;
    for (const difference of differences) outcome[leadsTo([expected, unchanged], difference, change)] += 1;
  }
  const live = input.resources.find((it) => resourceKey(it) === key);
  const drifts = objectDrifts([change.after], live ? [live] : [], () => false);
  const proxies = subjects.map((it) => it.examined.proxy);
  const base = (id: string) => subjects.find((it) => it.examined.proxy.id === id)?.expected as ProxyConfig;
  const oracle = new EffectOracle(input, proxies, ({ id }) => base(id));
  const field = formatPath(change.path);
  for (const drift of drifts)
    for (const finding of await gitDriftFindings(drift, oracle)) {
      const { location } = finding;
      outcome.told += `${finding.resource} ${finding.field} ${location?.file}:${location?.line}; `;
      outcome.resource ||= finding.resource === resourceName(change.after);
      outcome.field ||= field === finding.field || field.startsWith(`${finding.field}[`);
      outcome.line ||= location?.file === change.file && location.line === change.line;
    }
  return outcome;
}

/**
 * Where a difference is led back to: from the value that the change gives, or, as it may have taken one away, from what
 * stood there before.
 */
function leadsTo(
  [after, before]: readonly [ProxyConfig, ProxyConfig],
  difference: Difference,
  change: LineMutation,
): 'exact' | 'around' | 'within' | 'elsewhere' {
  const own = [
    ...originsOf(after, difference),
    ...originsOf(before, { ...difference, expectedPath: difference.livePath }),
  ].filter(({ resource }) => resourceKey(resource) === resourceKey(change.after));
  if (own.length === 0) return 'elsewhere';
  const places = own.map(({ resource, path }) => ({ path, place: resource.locate(path) }));
  if (places.some(({ place }) => place?.file === change.file && place.line === change.line)) return 'exact';
  const above = places.some(({ path }) => path.length > 1 && path.every((step, index) => change.path[index] === step));
  return above ? 'around' : 'within';
}
