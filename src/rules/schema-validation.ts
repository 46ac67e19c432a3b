import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { formatPath, type Path, sortedJson, valueAt } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Resource } from '../model/resource.ts';
import { type Fault, findingOf } from './finding.ts';
import { ofWrittenValue } from './placeholder.ts';
import { refusal } from './refusal.ts';
import type { Dropped } from './schema/admit.ts';
import type { Broken } from './schema/cel/judge.ts';
import { deprecated } from './schema/deprecated.ts';
import { type Inspection, inspect } from './schema/inspect.ts';
import {
  isMeshGroup,
  type KnownKind,
  type KnownKinds,
  type KnownVersion,
  knownKinds,
  releasesAfter,
} from './schema/known.ts';
import { nearestName } from './schema/nearest-name.ts';
import type { Schema } from './schema/schema.ts';
import { shown, type Violation } from './schema/validate.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Objects that the API server would refuse, or not keep as they are written: fields that their kind has not got, values
 * that it does not take, kinds and versions that do not exist, and what is deprecated.
 */
export const schemaValidation: Rule = {
  name: 'schema-validation',
  codes: [codes.unknownField, codes.invalidField, codes.deprecatedField, codes.unknownKind],
  find(mesh) {
    const istio = mesh.registry.istioVersion;
    const kinds = knownKinds(mesh.registry.resources('apiextensions.k8s.io/CustomResourceDefinition'), istio);
    return mesh.objects.filter(({ group }) => isMeshGroup(group)).flatMap((resource) => judge(mesh, kinds, resource));
  },
};

function judge(mesh: CompiledMesh, kinds: KnownKinds, resource: Resource): Finding[] {
  const written = mesh.written(resource) ?? resource;
  const accepted = mesh.accepted(resource);
  const kind = kinds.get(`${written.group}/${written.kind}`);
  const version = kind?.versions.get(written.version);
  if (!kind || !version) return accepted ? [] : ofKind(mesh, kinds, written);
  const found = deprecations(mesh, kind, version.deprecated, written);
  if (accepted && accepted === written) return found;
  const { dropped, violations, broken } = faultsOf(written, version, accepted);
  return [
    ...violations.map((it) => ofViolation(mesh, kind, it, written)),
    ...broken.map((it) => ofBroken(mesh, kind, it, written)),
    ...dropped.map((it) => ofDropped(mesh, kind, it, written)),
    ...found,
  ];
}

/** Those of the objects that the API server refuses by their kind's schema: it keeps what it has of them, or has none. */
export function refusedBySchema(
  resources: readonly Resource[],
  written: (resource: Resource) => Resource | undefined,
  accepted: (resource: Resource) => Resource | undefined,
  istio: string,
): Set<Resource> {
  const definitions = resources.filter(({ kind, group }) => isDefinition(kind, group));
  const kinds = knownKinds(definitions, istio);
  const refused = resources.filter((resource) => {
    const own = isMeshGroup(resource.group) ? written(resource) : undefined;
    const kind = own && kinds.get(`${own.group}/${own.kind}`);
    const before = accepted(resource);
    if (!own || !kind || before === own) return false;
    const version = kind.versions.get(own.version);
    // Of another bundle of the Gateway API it may be.
    if (!version) return kind.exact && !before;
    const { violations, broken } = faultsOf(own, version, before);
    return violations.length > 0 || broken.some(({ unknown }) => !unknown);
  });
  return new Set(refused);
}

function isDefinition(kind: string, group: string): boolean {
  return kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io';
}

/** What is wrong with an object, without what the API server holds already: then its demands are others than these, or it lets old values be. */
function faultsOf(written: Resource, version: KnownVersion, accepted: Resource | undefined): Inspection {
  const found = inspectAll(written.object, version);
  if (isClean(found) || !accepted) return found;
  const { value } = inspect(accepted.object, version.schema);
  const isHeld = ({ path }: { path: Path }): boolean => {
    const held = valueAt(value, path);
    return held !== undefined && sortedJson(held) === sortedJson(valueAt(found.value, path));
  };
  return {
    value: found.value,
    violations: found.violations.filter((it) => !isHeld(it)),
    broken: found.broken.filter((it) => !isHeld(it)),
    dropped: found.dropped.filter(({ path }) => valueAt(accepted.object, path) === undefined),
  };
}

/** Where a cluster may have one of several releases, only what each of them refuses or drops is a fault. */
function inspectAll(object: Resource['object'], { schema, others }: KnownVersion): Inspection {
  const first = inspect(object, schema);
  if (isClean(first)) return first;
  const rest = others.map((other) => inspect(object, other));
  const taken = rest.some(({ violations, broken }) => violations.length + broken.length === 0);
  const isDropped = ({ path }: Dropped): boolean =>
    rest.every(({ dropped }) => dropped.some((it) => formatPath(it.path) === formatPath(path)));
  return { ...first, dropped: first.dropped.filter(isDropped), ...(taken ? { violations: [], broken: [] } : {}) };
}

function isClean({ dropped, violations, broken }: Inspection): boolean {
  return dropped.length + violations.length + broken.length === 0;
}

function ofViolation(mesh: CompiledMesh, kind: KnownKind, violation: Violation, resource: Resource): Finding {
  const { path, message, wanted } = violation;
  return refused(mesh, kind, { resource, path }, message, `write ${wanted}.`);
}

/** Of a rule of CEL; one that cannot be judged is told, so that nobody takes it for one that holds. */
function ofBroken(mesh: CompiledMesh, kind: KnownKind, broken: Broken, resource: Resource): Finding {
  const { path, rule, detail, value, unknown } = broken;
  const text = rule.rule.trim().replace(/\s+/g, ' ');
  if (!unknown)
    return refused(
      mesh,
      kind,
      { resource, path },
      value === undefined ? `breaks a rule: ${detail}` : `is ${shown(value)}: ${detail}`,
      text.length > 160 ? 'hold to that rule.' : `make this true of it: ${text}`,
    );
  return findingOf(mesh, {
    code: codes.invalidField,
    kind: 'invalid',
    severity: 'info',
    at: { resource, path },
    proxies: [],
    message: `${nameOf(path)} has a rule that cannot be judged here: ${detail}`,
    effect: `unknown: the API server judges it (by ${kind.source}).`,
    fix: `see to it yourself: ${text}`,
  });
}

function refused(mesh: CompiledMesh, kind: KnownKind, at: Origin, message: string, fix: string): Finding {
  const fault: Fault = {
    code: codes.invalidField,
    kind: 'invalid',
    severity: 'error',
    at,
    proxies: [],
    message: `${nameOf(at.path)} ${message}`,
    effect: refusal(`the API server refuses the object (by ${kind.source})`, mesh.accepted(at.resource)),
    fix,
  };
  return findingOf(mesh, ofWrittenValue(fault, at.resource.object, at.path));
}

function nameOf(path: Path): string {
  return path.length === 0 ? 'it' : formatPath(path);
}

function ofDropped(mesh: CompiledMesh, kind: KnownKind, { path, known }: Dropped, resource: Resource): Finding {
  const later = releasesWith(path, resource, mesh.registry.istioVersion);
  const near = nearestName(String(path.at(-1)), known);
  return findingOf(mesh, {
    code: codes.unknownField,
    kind: 'invalid',
    severity: kind.exact ? 'warning' : 'info',
    at: { resource, path },
    proxies: [],
    message: `${nameOf(path)} is no field of ${resource.kind} in ${kind.source}${later === undefined ? '' : `; Istio ${later} has it`}`,
    effect:
      'none: the API server drops it without a word, or refuses the whole object where fields are validated strictly, as kubectl does.',
    fix:
      near !== undefined
        ? `did you mean ${near}?`
        : later
          ? 'drop it, or upgrade Istio first.'
          : `drop it; ${known.length === 0 ? 'there are no fields here' : `fields here: ${known.join(', ')}`}.`,
  });
}

/** The first later release whose definition has the field. */
function releasesWith(path: Path, { group, kind, version }: Resource, istio: string): string | undefined {
  return releasesAfter(istio).find((release) => {
    const known = knownKinds([], release).get(`${group}/${kind}`);
    let schema: Schema | undefined = known?.versions.get(version)?.schema;
    for (const step of path)
      schema = typeof step === 'number' ? schema?.items : (schema?.fields?.[step] ?? schema?.values);
    return schema !== undefined;
  });
}

/** An object of a kind or version that nobody knows. Of the Gateway API, versions come and go with the bundle. */
function ofKind(mesh: CompiledMesh, kinds: KnownKinds, resource: Resource): Finding[] {
  const { group, version, kind } = resource;
  const known = kinds.get(`${group}/${kind}`);
  if (known && !known.exact) return [];
  const names = [...kinds.keys()].filter((it) => it.startsWith(`${group}/`)).map((it) => it.slice(group.length + 1));
  const near = known ? undefined : nearestName(kind, names);
  if (!known && group === 'gateway.networking.k8s.io' && near === undefined) return [];
  const versions = known ? [...known.versions.keys()].join(', ') : '';
  return [
    findingOf(mesh, {
      code: codes.unknownKind,
      kind: 'invalid',
      severity: 'error',
      at: { resource, path: [known ? 'apiVersion' : 'kind'] },
      proxies: [],
      message: known
        ? `is of version ${version}, in which ${known.source} has no ${kind}`
        : `is of a kind that ${group} has not got`,
      effect: refusal('the API server refuses the object', undefined),
      fix: known
        ? `write one of ${versions}.`
        : near === undefined
          ? `kinds of ${group}: ${names.join(', ')}.`
          : `did you mean ${near}?`,
    }),
  ];
}

function deprecations(mesh: CompiledMesh, kind: KnownKind, version: boolean, resource: Resource): Finding[] {
  const name = `${resource.group}/${resource.kind}`;
  const note = (path: Path, message: string, fix: string): Finding =>
    findingOf(mesh, {
      code: codes.deprecatedField,
      kind: 'invalid',
      severity: 'info',
      at: { resource, path },
      proxies: [],
      message,
      effect: 'none yet; a later version may not have it any more.',
      fix,
    });
  const found = deprecated
    .filter(({ kinds }) => kinds.includes(name))
    .flatMap(({ path, value, instead }) =>
      placesOf(resource.object['spec'], path.split('.'), ['spec'])
        .filter((at) => value === undefined || valueAt(resource.object, at) === value)
        .map((at) => note(at, `${formatPath(at)}${value ? ` ${value}` : ''} is deprecated`, `write ${instead}.`)),
    );
  const others = [...kind.versions].flatMap(([it, { deprecated: old }]) => (old ? [] : [it]));
  if (version)
    found.push(
      note(['apiVersion'], `is of version ${resource.version}, which is deprecated`, `write ${others.join(' or ')}.`),
    );
  return found;
}

/** Where a path of fields ends that ends with these steps; items of lists count as no step. */
function placesOf(value: unknown, steps: readonly string[], at: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): Path[] => {
    const path: Path = [...at, Array.isArray(value) ? Number(key) : key];
    const names = path.filter((step) => typeof step === 'string');
    const ends =
      !Array.isArray(value) && steps.every((step, index) => names[names.length - steps.length + index] === step);
    return [...(ends ? [path] : []), ...placesOf(item, steps, path)];
  });
}
