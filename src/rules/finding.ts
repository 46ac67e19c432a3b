import type { Finding, FindingKind, Severity } from '../model/finding.ts';
import { formatPath, type Path } from '../model/json.ts';
import type { Origin } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import type { CompiledMesh } from './types.ts';

/** What a rule says of a place. */
export interface Fault {
  code: string;
  kind: FindingKind;
  severity: Severity;
  /** The object and key at fault; an empty path means the object as a whole. */
  at: Origin;
  /** Where a person would edit, if that is not the key itself: beside a key that is missing, at the item at fault. */
  edit?: Origin;
  proxies: Iterable<Proxy>;
  /** Without the object's name, which is put in front. */
  message: string;
  effect: string;
  fix: string;
  related?: { message: string; at: Origin }[];
}

/** Makes a finding of a fault; its place is that of the object as written in Git, where Git holds it. */
export function findingOf(mesh: CompiledMesh, fault: Fault): Finding {
  const { code, kind, severity, at, edit = at, message, effect, fix } = fault;
  return {
    code,
    kind,
    severity,
    resource: resourceName(at.resource),
    field: formatPath(at.path),
    message: `${resourceName(at.resource)} ${message}`,
    location: locate(mesh, edit),
    proxies: [...new Set([...fault.proxies].map((proxy) => proxy.id))].sort(),
    layer: 'config',
    effect,
    fix,
    related: (fault.related ?? []).map(({ message: text, at: place }) => ({
      message: text,
      location: locate(mesh, place),
      resource: resourceName(place.resource),
    })),
  };
}

function locate(mesh: CompiledMesh, { resource, path }: Origin): Finding['location'] {
  return (mesh.written(resource) ?? resource).locate(path);
}

/** Key of a place, to collect what several proxies say of it. */
export function placeKey({ resource, path }: Origin): string {
  return `${resourceName(resource)} ${formatPath(path)}`;
}

/** An object and a path in it as an origin. */
export function at(resource: Resource, ...path: Path): Origin {
  return { resource, path };
}
