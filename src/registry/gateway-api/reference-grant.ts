import type { Resource } from '../../model/resource.ts';
import { objects } from '../objects.ts';

/** Which objects may refer to which of another namespace (ReferenceGrant resources). */
export class ReferenceGrants {
  /** By kind and namespace of both sides: the names granted, '*' for all. */
  readonly #granted = new Map<string, Set<string>>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      for (const from of objects(resource.spec['from'])) {
        for (const to of objects(resource.spec['to'])) {
          const key = keyOf(
            `${from['group'] ?? ''}/${from['kind']}`,
            String(from['namespace']),
            `${to['group'] ?? ''}/${to['kind']}`,
            resource.metadata.namespace,
          );
          const names = this.#granted.get(key) ?? new Set<string>();
          names.add(typeof to['name'] === 'string' ? to['name'] : '*');
          this.#granted.set(key, names);
        }
      }
    }
  }

  /** @param fromKind, toKind `group/kind` */
  allows(fromKind: string, fromNamespace: string, toKind: string, toNamespace: string, name: string): boolean {
    const names = this.#granted.get(keyOf(fromKind, fromNamespace, toKind, toNamespace));
    return names !== undefined && (names.has('*') || names.has(name));
  }
}

function keyOf(fromKind: string, fromNamespace: string, toKind: string, toNamespace: string): string {
  return [fromKind, fromNamespace, toKind, toNamespace].join('\n');
}
