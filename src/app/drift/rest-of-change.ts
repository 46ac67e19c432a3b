import type { FieldDifference } from '../../compare/object/difference.ts';
import { formatPath } from '../../model/json.ts';
import type { Proxy } from '../../model/proxy.ts';
import { type Resource, resourceKey } from '../../model/resource.ts';
import type { RegistryInput } from '../../registry/types.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { EffectOracle } from './effect.ts';
import type { ObjectDrift } from './objects.ts';
import { withField } from './overlay.ts';

/**
 * What is missing in the state after a change without a part of it: some parts do nothing alone (a VirtualService without its
 * Gateway, the time for each of retries that there were none of) and are needed all the same.
 */
export class RestOfChange {
  readonly #objects: ReadonlyMap<string, Resource>;
  readonly #oracle: EffectOracle;

  constructor(input: RegistryInput, head: Pick<CompiledMesh, 'proxies' | 'config'>, signal: AbortSignal | undefined) {
    this.#objects = new Map(input.resources.map((resource) => [resourceKey(resource), resource]));
    this.#oracle = new EffectOracle(input, head.proxies, (proxy) => head.config(proxy), signal);
  }

  /** Those of some proxies that would hold something else if all but one object, or one field of it, changed. */
  async without(drift: ObjectDrift, field: string, among: readonly Proxy[]): Promise<string[]> {
    const former = drift.kind === 'not-applied' ? undefined : drift.live;
    const now = drift.kind === 'unmanaged' ? undefined : this.#objects.get(resourceKey(drift.git));
    if (drift.kind !== 'unmanaged' && !now) return [];
    const { proxies } = await this.#oracle.change(
      now,
      drift.kind === 'changed' && now ? back(drift, now, field) : former,
      among,
    );
    return proxies.map(({ id }) => id);
  }
}

/** The object after the change with one field as it was before. */
function back({ live, differences }: ObjectDrift & { kind: 'changed' }, now: Resource, field: string): Resource {
  const own = differences.find((it) => formatPath(it.kind === 'extra' ? it.livePath : it.path) === field);
  return own && differences.length > 1 ? withField(now, reversed(own)) : live;
}

const opposite = {
  missing: 'extra',
  extra: 'missing',
  changed: 'changed',
  reordered: 'reordered',
  switched: 'switched',
} as const;

function reversed({ kind, path, livePath, expected, live, weak }: FieldDifference): FieldDifference {
  const list = kind === 'extra' ? path.slice(0, -1) : path;
  return { kind: opposite[kind], path: livePath, livePath: list, expected: live, live: expected, weak };
}
