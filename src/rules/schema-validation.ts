import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { formatPath, type Path, valueAt } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { findingOf } from './finding.ts';
import { deprecated } from './schema/deprecated.ts';
import { isMeshGroup, type KnownKind, type KnownKinds, knownKinds, releasesAfter } from './schema/known.ts';
import { metadataSchema } from './schema/metadata.ts';
import { nearestName } from './schema/nearest-name.ts';
import type { Schema } from './schema/schema.ts';
import { type Violation, validate } from './schema/validate.ts';
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
  const violations = validate(written.object, whole(version.schema)).filter((it) => !isProven(it, written, accepted));
  return [...violations.map((it) => ofViolation(mesh, kind, it, written)), ...found];
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
    const version = own && kind?.versions.get(own.version);
    const before = accepted(resource);
    if (!own || !version || before === own) return false;
    const found = validate(own.object, whole(version.schema));
    return found.some((it) => it.unknown === undefined && !isProven(it, own, before));
  });
  return new Set(refused);
}

function isDefinition(kind: string, group: string): boolean {
  return kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io';
}

/** A CRD says nothing of what all objects have. */
function whole(schema: Schema): Schema {
  return { ...schema, fields: { ...schema.fields, apiVersion: {}, kind: {}, metadata: metadataSchema } };
}

/** Whether the API server holds just what is said to be wrong: then its demands are others than these. */
function isProven({ path, unknown }: Violation, written: Resource, accepted: Resource | undefined): boolean {
  const live = accepted && valueAt(accepted.object, path);
  if (live === undefined) return false;
  return unknown !== undefined || JSON.stringify(live) === JSON.stringify(valueAt(written.object, path));
}

function ofViolation(mesh: CompiledMesh, kind: KnownKind, violation: Violation, resource: Resource): Finding {
  const { path, unknown, message, wanted } = violation;
  const field = path.length === 0 ? 'it' : formatPath(path);
  const shared = { kind: 'invalid' as const, at: { resource, path }, proxies: [] };
  if (unknown === undefined)
    return findingOf(mesh, {
      ...shared,
      code: codes.invalidField,
      severity: 'error',
      message: `${field} ${message}`,
      effect: `the API server refuses the object (by ${kind.source}), so nothing of it is applied.`,
      fix: `write ${wanted}.`,
    });
  const later = releasesWith(path, resource, mesh.registry.istioVersion);
  const near = nearestName(String(path.at(-1)), unknown);
  return findingOf(mesh, {
    ...shared,
    code: codes.unknownField,
    severity: kind.exact ? 'warning' : 'info',
    message: `${field} is no field of ${resource.kind} in ${kind.source}${later === undefined ? '' : `; Istio ${later} has it`}`,
    effect:
      'none: the API server drops it without a word, or refuses the whole object where fields are validated strictly, as kubectl does.',
    fix:
      near !== undefined
        ? `did you mean ${near}?`
        : later
          ? 'drop it, or upgrade Istio first.'
          : `drop it; fields here: ${wanted}.`,
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
      effect: 'the API server refuses the object, so nothing of it is applied.',
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
