import type { Resource } from '../../model/resource.ts';
import { readDefinition } from './normalize.ts';
import { type Packed, unpacker } from './pack.ts';
import type { Schema } from './schema.ts';
import table from './table.json' with { type: 'json' };

const packed = table as unknown as Packed;
const unpack = unpacker(packed);

/** What is known of one version of a kind. */
export interface KnownVersion {
  schema: Schema;
  deprecated: boolean;
  /** Of other releases, of which the cluster may have one instead. */
  others: readonly Schema[];
}

/** What is known of one kind. */
export interface KnownKind {
  /** By version, those that are served. */
  versions: ReadonlyMap<string, KnownVersion>;
  /** Where it is known from, for people: `this cluster's CRD`, `Istio 1.29`. */
  source: string;
  /** Whether these are the very demands of the API server; if not, it may know more fields. */
  exact: boolean;
}

/** Kinds by `group/Kind`. */
export type KnownKinds = ReadonlyMap<string, KnownKind>;

/** Groups whose kinds are looked at: those that the program reads. */
const meshGroup = /^(networking|security|telemetry|extensions)\.istio\.io$|^gateway\.networking\.k8s\.io$/;

/**
 * The kinds of Istio and of the Gateway API and what they demand: of the cluster's own definitions (CRDs) where they are
 * at hand, among the API server's objects or in Git; else of the releases' definitions in `table.json`.
 *
 * @param definitions the CustomResourceDefinitions at hand
 * @param istio `1.29`; for a release without a table the next newer one is taken, which may know more fields
 */
export function knownKinds(definitions: readonly Resource[], istio: string): KnownKinds {
  const kinds = new Map<string, KnownKind>();
  const [release, exact] = releaseFor(istio);
  for (const name of Object.keys(packed.releases[release] ?? {}))
    kinds.set(name, {
      versions: versionsOf(name, [release]),
      source: `Istio ${release.slice('istio-'.length)}`,
      exact,
    });
  const bundles = Object.keys(packed.releases).filter((name) => name.startsWith('gateway-api-'));
  for (const name of new Set(bundles.flatMap((bundle) => Object.keys(packed.releases[bundle] ?? {}))))
    kinds.set(name, { versions: versionsOf(name, bundles), source: 'the Gateway API', exact: false });
  for (const definition of definitions) {
    const found = read(definition);
    if (!found || !isMeshGroup(found.name.slice(0, found.name.lastIndexOf('/')))) continue;
    const versions = Object.entries(found.versions).map(
      ([version, { schema, deprecated = false }]) => [version, { schema, deprecated, others: [] }] as const,
    );
    kinds.set(found.name, { versions: new Map(versions), source: 'the CRD of this cluster', exact: true });
  }
  return kinds;
}

/** Of several releases the first that has a version counts, and the others stand beside it. */
function versionsOf(kind: string, releases: readonly string[]): Map<string, KnownVersion> {
  const versions = new Map<string, KnownVersion>();
  for (const release of releases)
    for (const [version, { schema: number, deprecated = false }] of Object.entries(
      packed.releases[release]?.[kind] ?? {},
    )) {
      const schema = unpack(number);
      const known = versions.get(version);
      if (!known) versions.set(version, { schema, deprecated, others: [] });
      else if (schema !== known.schema) versions.set(version, { ...known, others: [...known.others, schema] });
    }
  return versions;
}

const definitionsRead = new WeakMap<Resource, ReturnType<typeof readDefinition>>();

/** A definition is large, and a review looks at many states with the same ones. */
function read(definition: Resource): ReturnType<typeof readDefinition> {
  if (!definitionsRead.has(definition)) {
    const found = readDefinition(definition.object);
    for (const version of Object.values(found?.versions ?? {})) version.schema = withoutStatus(version.schema);
    definitionsRead.set(definition, found);
  }
  return definitionsRead.get(definition);
}

export function isMeshGroup(group: string): boolean {
  return meshGroup.test(group);
}

/** The later releases that are known, oldest first: `1.31`. */
export function releasesAfter(istio: string): string[] {
  return minors().flatMap((minor) => (minor > minorOf(istio) ? [`1.${minor}`] : []));
}

/** What a controller writes is nobody's to write in Git; the API server passes it by. */
function withoutStatus(schema: Schema): Schema {
  return schema.fields ? { ...schema, fields: { ...schema.fields, status: {} } } : schema;
}

function releaseFor(istio: string): [name: string, exact: boolean] {
  const all = minors();
  const wanted = minorOf(istio);
  const minor = all.find((it) => it >= wanted) ?? all.at(-1) ?? 0;
  return [`istio-1.${minor}`, minor === wanted];
}

function minors(): number[] {
  const found = Object.keys(packed.releases).flatMap((name) => /^istio-1\.(\d+)$/.exec(name)?.[1] ?? []);
  return found.map(Number).sort((a, b) => a - b);
}

function minorOf(istio: string): number {
  return Number(istio.split('.')[1] ?? 0);
}
