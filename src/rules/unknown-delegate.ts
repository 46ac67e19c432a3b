import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import { type Resource, resourceName } from '../model/resource.ts';
import { exportToSet } from '../registry/export-to.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Delegates that do not exist or are not visible to their root (istiod leaves out just that route), and delegates that no root names. */
export const unknownDelegate: Rule = {
  name: 'unknown-delegate',
  codes: [codes.unknownDelegate, codes.unusedDelegate],
  find(mesh) {
    const all = mesh.registry.resources('VirtualService');
    const roots = all.filter((it) => hasHosts(it));
    const delegates = new Map(all.filter((it) => !hasHosts(it)).map((it) => [nameOf(it), it]));
    const used = new Set<string>();
    const found: Finding[] = [];
    for (const root of roots)
      for (const [index, http] of objects(root.spec['http']).entries()) {
        const reference = http['delegate'];
        if (!isObject(reference)) continue;
        const name = `${reference['namespace'] || root.metadata.namespace}/${reference['name']}`;
        used.add(name);
        const delegate = delegates.get(name);
        if (!delegate || !isVisible(mesh, delegate, root)) found.push(missing(mesh, root, index, name, delegate));
      }
    const unused = [...delegates].filter(([name]) => !used.has(name)).map(([, delegate]) => idle(mesh, delegate));
    return [...found, ...unused];
  },
};

/** The delegate that a route of a root leads to; undefined where istiod finds none. */
export function delegateOf(mesh: CompiledMesh, root: Resource, http: JsonObject): Resource | undefined {
  const reference = http['delegate'];
  if (!isObject(reference) || !hasHosts(root)) return undefined;
  const name = `${reference['namespace'] || root.metadata.namespace}/${reference['name']}`;
  const found = mesh.registry.resources('VirtualService').find((it) => !hasHosts(it) && nameOf(it) === name);
  return found && isVisible(mesh, found, root) ? found : undefined;
}

function missing(mesh: CompiledMesh, root: Resource, index: number, name: string, hidden?: Resource): Finding {
  const exists = mesh.registry.resources('VirtualService').some((it) => nameOf(it) === name);
  const why = hidden
    ? `is not exported to namespace ${root.metadata.namespace}`
    : exists
      ? 'has hosts of its own and so is no delegate'
      : 'does not exist';
  return findingOf(mesh, {
    code: codes.unknownDelegate,
    kind: 'unresolved',
    severity: 'error',
    at: at(root, 'spec', 'http', index, 'delegate', 'name'),
    proxies: holdersOf(mesh, root.metadata),
    message: `delegates to VirtualService ${name}, which ${why}`,
    effect: 'istiod leaves this route out; its requests fall to the next that matches, or get 404 NR.',
    fix: hidden
      ? `export ${resourceName(hidden)} to ${root.metadata.namespace}.`
      : 'correct the name, or create the delegate.',
  });
}

function idle(mesh: CompiledMesh, delegate: Resource): Finding {
  return findingOf(mesh, {
    code: codes.unusedDelegate,
    kind: 'unresolved',
    severity: 'info',
    at: at(delegate),
    edit: at(delegate, 'metadata', 'name'),
    proxies: [],
    message: 'has no hosts, and no VirtualService delegates to it',
    effect: 'none: it is in no proxy.',
    fix: 'name it as a delegate, give it hosts, or delete it.',
  });
}

function isVisible({ registry }: CompiledMesh, delegate: Resource, root: Resource): boolean {
  const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  const { namespace } = delegate.metadata;
  const exportTo =
    exportToSet(list(delegate.spec['exportTo']), namespace) ??
    exportToSet(list(registry.mesh['defaultVirtualServiceExportTo']), namespace);
  return !exportTo || exportTo.has('*') || exportTo.has(root.metadata.namespace);
}

function hasHosts(service: Resource): boolean {
  return Array.isArray(service.spec['hosts']) && service.spec['hosts'].length > 0;
}

function nameOf({ metadata }: Resource): string {
  return `${metadata.namespace}/${metadata.name}`;
}
