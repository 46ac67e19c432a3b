import { RE2JS } from 're2js';
import { parseLabelSelector } from '../../../io/label-selector.ts';
import { isObject, type JsonObject, objects, type Path } from '../../../model/json.ts';
import type { Location, Resource } from '../../../model/resource.ts';
import { resourceName } from '../../../model/resource.ts';
import { isBelow } from '../../../source/paths.ts';
import { pointer } from './argo-rules.ts';
import type { JqPath } from './jq-path.ts';

/** An entry of `spec.ignore` of a Kustomization of Flux, or of `spec.driftDetection.ignore` of a HelmRelease. */
export interface FluxRule {
  /** `Kustomization flux-system/mesh` */
  from: string;
  location: Location | undefined;
  /** Whether it is of what applies the object, and its target holds the object. */
  holds(git: Resource, live: Resource): boolean;
  paths: JqPath[];
}

/** Reads the rules by which Flux's controllers are told to leave fields. */
export function readFluxRules(resources: readonly Resource[]): FluxRule[] {
  return resources.flatMap((resource) => {
    const { group, kind, spec } = resource;
    if (group === 'kustomize.toolkit.fluxcd.io' && kind === 'Kustomization')
      return rulesOf(resource, group, spec['ignore'], ['spec', 'ignore']);
    if (group !== 'helm.toolkit.fluxcd.io' || kind !== 'HelmRelease' || !isObject(spec['driftDetection'])) return [];
    return rulesOf(resource, group, spec['driftDetection']['ignore'], ['spec', 'driftDetection', 'ignore']);
  });
}

function rulesOf(owner: Resource, group: string, rules: unknown, at: Path): FluxRule[] {
  return objects(rules).map((rule, index): FluxRule => {
    const target = isObject(rule['target']) ? (rule['target'] as JsonObject) : {};
    const paths = Array.isArray(rule['paths']) ? rule['paths'].map(String) : [];
    return {
      from: resourceName(owner),
      location: owner.locate([...at, index]),
      holds: (git, live) => applies(owner, group, git, live) && isTarget(target, live),
      paths: paths.map(pointer),
    };
  });
}

/** By the labels that the controller writes, else by the directory that a Kustomization applies. */
function applies({ metadata, spec }: Resource, group: string, git: Resource, live: Resource): boolean {
  const name = live.metadata.labels[`${group}/name`];
  if (name !== undefined)
    return name === metadata.name && live.metadata.labels[`${group}/namespace`] === metadata.namespace;
  const path = typeof spec['path'] === 'string' ? spec['path'].replace(/^\.?\/|\/$/g, '') : '';
  const file = git.locate([])?.file;
  return path !== '' && path !== '.' && file !== undefined && isBelow(file, path);
}

/** Names are regular expressions of RE2 that must match as a whole, as Kustomize's own selectors. */
function isTarget(target: JsonObject, { group, version, kind, metadata }: Resource): boolean {
  const named = { group, version, kind, name: metadata.name, namespace: metadata.namespace };
  const matches = Object.entries(named).every(([key, value]) => {
    const pattern = target[key];
    return typeof pattern !== 'string' || pattern === '' || isMatch(pattern, value);
  });
  const selected = (key: string, labels: Record<string, string>): boolean => {
    const text = target[key];
    return typeof text !== 'string' || text === '' || (parseLabelSelector(text)?.(labels) ?? false);
  };
  return matches && selected('labelSelector', metadata.labels) && selected('annotationSelector', metadata.annotations);
}

/** One that cannot be read holds for nothing: what it might leave is told. */
function isMatch(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matches(text);
  } catch {
    return false;
  }
}
