import { objects } from './objects.ts';

type Container = Record<string, unknown>;

/** The containers of a pod spec, without init containers. */
export function containersOf(spec: Record<string, unknown>): Container[] {
  return objects(spec['containers']);
}

/** Init containers that keep running beside the application (`restartPolicy: Always`). */
export function nativeSidecarsOf(spec: Record<string, unknown>): Container[] {
  return objects(spec['initContainers']).filter((container) => container['restartPolicy'] === 'Always');
}

/** The container of a name among the containers and the native sidecars. */
export function findContainer(spec: Record<string, unknown>, name: string): Container | undefined {
  return [...containersOf(spec), ...nativeSidecarsOf(spec)].find((container) => container['name'] === name);
}

/** Environment variables with literal values, in order; the last of a name counts. */
export function literalEnvironment(container: Container): Record<string, string> {
  const result: Record<string, string> = {};
  for (const item of objects(container['env'])) {
    if (typeof item['name'] !== 'string' || item['valueFrom'] !== undefined) continue;
    result[item['name']] = item['value'] === undefined ? '' : String(item['value']);
  }
  return result;
}

export interface ContainerPort {
  name?: string;
  containerPort: number;
  protocol?: string;
}

/** Declared ports of a container. */
export function portsOf(container: Container): ContainerPort[] {
  return objects(container['ports']) as unknown as ContainerPort[];
}
