import type { Message, ProxyConfig, ResourceType } from '../../src/model/envoy.ts';
import type { Path } from '../../src/model/json.ts';

/** A place in a live config that holds a scalar, an empty message or an empty list. */
export interface Leaf {
  type: ResourceType;
  list: keyof ProxyConfig;
  /** Position of its resource in the list. */
  index: number;
  name: string;
  /** Below the resource. */
  path: Path;
  container: Record<string | number, unknown>;
  key: string | number;
}

const lists = { clusters: 'cluster', endpoints: 'endpoint', listeners: 'listener', routes: 'route' } as const;

export function leavesOf(config: ProxyConfig): Leaf[] {
  const found: Leaf[] = [];
  for (const [list, type] of Object.entries(lists) as [keyof ProxyConfig, ResourceType][])
    for (const [index, resource] of config[list].entries()) {
      const name = String((resource as Message)['name'] ?? (resource as Message)['cluster_name']);
      const visit = (container: any, path: Path): void => {
        for (const [text, value] of Object.entries(container)) {
          const key = Array.isArray(container) ? Number(text) : text;
          if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
            visit(value, [...path, key]);
          else found.push({ type, list, index, name, path: [...path, key], container, key });
        }
      };
      visit(resource, []);
    }
  return found;
}

/** A change of one leaf, in place. */
export interface Mutation {
  what: string;
  undo(): void;
}

/** Changes a leaf to another value of its kind, or takes it away. */
export function mutate(leaf: Leaf, next: () => number): Mutation {
  const { container, key } = leaf;
  const before = container[key];
  if (next() < 0.25) return remove(leaf);
  const after = another(before, next);
  container[key] = after;
  return {
    what: `${JSON.stringify(before)} became ${JSON.stringify(after)}`,
    undo: () => {
      container[key] = before;
    },
  };
}

function remove({ container, key }: Leaf): Mutation {
  const before = container[key];
  if (Array.isArray(container)) {
    container.splice(key as number, 1);
    return { what: `${JSON.stringify(before)} was removed`, undo: () => container.splice(key as number, 0, before) };
  }
  const copy = { ...container };
  delete container[key];
  return {
    what: `${JSON.stringify(before)} was removed`,
    // The fields go back in their order.
    undo: () => {
      for (const field of Object.keys(container)) delete container[field];
      Object.assign(container, copy);
    },
  };
}

function another(value: unknown, next: () => number): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1 + Math.floor(next() * 100);
  if (typeof value === 'string') {
    const duration = /^(\d+)(\.\d+)?s$/.exec(value);
    return duration ? `${Number(duration[1]) + 1}${duration[2] ?? ''}s` : `${value}x`;
  }
  return { mutated: 'x' };
}
