import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { isKubernetesObject, toResource } from '../source/object.ts';
import { CaptureError, type FileError, readJson } from './capture/file.ts';

export { CaptureError, type FileError } from './capture/file.ts';

/** The layout that this program writes; it reads all up to it. */
export const captureFormat = 'mesh-capture/v1';

/** What one istiod answered on its debug port; a file that is absent or unreadable leaves its field undefined. */
export interface CapturedIstiod {
  pod: string;
  syncz?: JsonObject[];
  mesh?: JsonObject;
  version?: string;
}

/** One proxy's folder. Files are read when asked for: dumps are large. Each reader throws a CaptureError that names the file. */
export interface CapturedProxy {
  /** `namespace/pod`. */
  id: string;
  namespace: string;
  pod: string;
  /** Path of the dump, for readers that stream it. */
  configDumpFile: string;
  configDump(): Promise<unknown>;
  clusters(): Promise<unknown>;
  listeners(): Promise<unknown>;
  certs(): Promise<unknown>;
  serverInfo(): Promise<unknown>;
}

export interface Capture {
  directory: string;
  format: string;
  /** RFC 3339, or '' where the capture does not say. */
  takenAt: string;
  resources: Resource[];
  istiods: CapturedIstiod[];
  proxies: CapturedProxy[];
  /** Files that could not be used. They never hide the others. */
  errors: FileError[];
}

/**
 * Reads a capture directory (`capture.json`, `resources/`, `istiod/`, `proxies/`).
 *
 * @throws CaptureError where the directory is no capture, or is one of a newer format
 */
export async function readCapture(directory: string): Promise<Capture> {
  const head = await readHead(directory);
  const errors: FileError[] = [];
  const [resources, istiods, proxies] = await Promise.all([
    readResources(join(directory, 'resources'), errors),
    readIstiods(join(directory, 'istiod'), errors),
    listProxies(join(directory, 'proxies'), errors),
  ]);
  return { directory, ...head, resources, istiods, proxies, errors };
}

async function readHead(directory: string): Promise<{ format: string; takenAt: string }> {
  const head = await readJson(join(directory, 'capture.json'));
  const format = isObject(head) ? head['format'] : undefined;
  const version = typeof format === 'string' ? /^mesh-capture\/v(\d+)$/.exec(format)?.[1] : undefined;
  if (version === undefined)
    throw new CaptureError(join(directory, 'capture.json'), `not a capture: its format is ${JSON.stringify(format)}`);
  if (Number(version) > 1)
    throw new CaptureError(
      join(directory, 'capture.json'),
      `written in ${format}; this program reads up to ${captureFormat}: use a newer one`,
    );
  const takenAt = isObject(head) ? head['takenAt'] : undefined;
  return { format: format as string, takenAt: typeof takenAt === 'string' ? takenAt : '' };
}

async function readResources(directory: string, errors: FileError[]): Promise<Resource[]> {
  const files = (await list(directory, errors)).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(files.map((name) => attempt(errors, () => readList(join(directory, name), errors))));
  return lists.flatMap((found) => found ?? []);
}

async function readList(file: string, errors: FileError[]): Promise<Resource[]> {
  const value = await readJson(file);
  if (!isObject(value) || !Array.isArray(value['items'])) throw new CaptureError(file, 'not a Kubernetes List');
  const items = value['items'] as unknown[];
  const good = items.filter(isKubernetesObject);
  if (good.length < items.length)
    errors.push({
      file,
      message: `${items.length - good.length} of its ${items.length} items are no Kubernetes objects`,
    });
  return good.map((item) => toResource(item, 'api'));
}

async function readIstiods(directory: string, errors: FileError[]): Promise<CapturedIstiod[]> {
  const pods = await list(directory, errors);
  return Promise.all(
    pods.map(async (pod) => {
      const read = (name: string) => attempt(errors, () => readJson(join(directory, pod, name)));
      const [syncz, mesh, version] = await Promise.all([read('syncz.json'), read('mesh.json'), read('version.json')]);
      return {
        pod,
        syncz: Array.isArray(syncz) ? (syncz as JsonObject[]) : undefined,
        mesh: isObject(mesh) ? (mesh as JsonObject) : undefined,
        version: isObject(version) && typeof version['version'] === 'string' ? version['version'] : undefined,
      };
    }),
  );
}

async function listProxies(directory: string, errors: FileError[]): Promise<CapturedProxy[]> {
  const namespaces = await list(directory, errors);
  const found = await Promise.all(
    namespaces.map(async (namespace) =>
      (await list(join(directory, namespace), errors)).map((pod) => toProxy(directory, namespace, pod)),
    ),
  );
  return found.flat();
}

function toProxy(directory: string, namespace: string, pod: string): CapturedProxy {
  const file = (name: string) => join(directory, namespace, pod, name);
  return {
    id: `${namespace}/${pod}`,
    namespace,
    pod,
    configDumpFile: file('config_dump.json'),
    configDump: () => readJson(file('config_dump.json')),
    clusters: () => readJson(file('clusters.json')),
    listeners: () => readJson(file('listeners.json')),
    certs: () => readJson(file('certs.json')),
    serverInfo: () => readJson(file('server_info.json')),
  };
}

/** Names inside a directory, sorted; a missing one is an error of its own. Files in a place of directories are skipped. */
async function list(directory: string, errors: FileError[]): Promise<string[]> {
  try {
    if (!(await stat(directory)).isDirectory()) return [];
    return (await readdir(directory)).sort();
  } catch (error) {
    errors.push({ file: directory, message: (error as Error).message });
    return [];
  }
}

async function attempt<T>(errors: FileError[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    errors.push({ file: error.file, message: error.reason });
    return undefined;
  }
}
