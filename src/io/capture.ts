import { existsSync } from 'node:fs';
import { isProblem, type Problem, type Skipped } from '../model/cluster-state.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { isKubernetesObject, toResource } from '../source/object.ts';
import { isArchive, openArchive } from './capture/archive.ts';
import { CaptureError, type FileError, parseJson } from './capture/file.ts';
import { type CaptureFiles, directoryFiles } from './capture/files.ts';
import { syncRows } from './sync-rows.ts';

export { CaptureError } from './capture/file.ts';

/** The layout of one cluster. */
export const captureFormat = 'mesh-capture/v1';
/** The layout of several: a capture of each in a folder below `clusters/`. This program reads all up to it. */
export const severalFormat = 'mesh-capture/v2';

/** What one istiod answered on its debug port; a file that is absent or unreadable leaves its field undefined. */
export interface CapturedIstiod {
  pod: string;
  syncz?: JsonObject[];
  mesh?: JsonObject;
  version?: string;
  clusterz?: JsonObject[];
}

/** One proxy's folder. Files are read when asked for: dumps are large. */
export interface CapturedProxy {
  /** `namespace/pod`. */
  id: string;
  namespace: string;
  pod: string;
  /** The bytes of one of its files. @throws where it is missing */
  read(file: string): Promise<Buffer>;
  /** Its parsed `config_dump.json`. @throws CaptureError that names the file */
  configDump(): Promise<unknown>;
  /** Parses one of its files. @throws CaptureError that names the file */
  json(file: string): Promise<unknown>;
}

export interface Capture {
  /** As the user named it. */
  name: string;
  /** Name of the cluster, in a capture of several. */
  cluster?: string;
  /** The context that it was taken with, where it tells. */
  context?: string;
  format: string;
  /** RFC 3339, or '' where the capture does not say. */
  takenAt: string;
  /** What was taken out of it: `secrets`, and what `--redact` asked for. Empty for one of which nothing was. */
  redacted: string[];
  /** Proxies' folders and other files that were left out though they were there, with the reason. */
  leftOut: Map<string, string>;
  /** What could not be read of the cluster when it was taken. */
  skipped: Skipped[];
  problems: Problem[];
  /** Istiods that ran then; one without a folder told nothing. */
  istiodNames: string[];
  resources: Resource[];
  istiods: CapturedIstiod[];
  proxies: CapturedProxy[];
  /** Files that could not be used. They never hide the others. */
  errors: FileError[];
}

/** The captures of all clusters, and those that could not be read when it was taken, with the reason. */
export interface Captures {
  captures: Capture[];
  unread: { name: string; reason: string }[];
}

/**
 * Reads a capture, a directory or an archive of one (`capture.json`, `resources/`, `istiod/`, `proxies/`), or of several
 * clusters (`clusters/<folder>/` with as much in each).
 *
 * @throws CaptureError where it is none, or is one of a newer format
 */
export async function readCaptures(path: string): Promise<Captures> {
  const files = isArchive(path) ? await openArchive(path) : directoryFiles(path);
  const { clusters, unread = [], ...head } = await readHead(files);
  if (!clusters) return { captures: [await readOne(files, head)], unread };
  const captures = await Promise.all(
    clusters.map(async ({ name, folder }) => {
      const own = folderOf(files, `clusters/${folder}`);
      return { ...(await readOne(own, await readHead(own))), cluster: name };
    }),
  );
  return { captures, unread };
}

/**
 * Reads the capture of one cluster.
 *
 * @throws CaptureError as `readCaptures`, and for one of several clusters
 */
export async function readCapture(path: string): Promise<Capture> {
  const [capture, ...others] = (await readCaptures(path)).captures;
  if (!capture || others.length > 0) throw new CaptureError(path, 'it holds several clusters');
  return capture;
}

/** The files below a folder as files of their own. */
function folderOf(files: CaptureFiles, folder: string): CaptureFiles {
  return {
    name: `${files.name}/${folder}`,
    list: (name) => files.list(`${folder}/${name}`),
    read: (name) => files.read(`${folder}/${name}`),
  };
}

type Head = Pick<
  Capture,
  'format' | 'context' | 'takenAt' | 'redacted' | 'leftOut' | 'skipped' | 'problems' | 'istiodNames'
>;

async function readOne(files: CaptureFiles, head: Head): Promise<Capture> {
  const errors: FileError[] = [];
  const [resources, istiods, proxies] = await Promise.all([
    readResources(files, errors),
    readIstiods(files, errors),
    listProxies(files, errors),
  ]);
  return { name: files.name, ...head, resources, istiods, proxies, errors };
}

function noCapture(name: string): CaptureError {
  const advice = 'name a directory or .tgz that kubectl mesh capture wrote';
  if (!existsSync(name)) return new CaptureError(name, `there is no such capture; ${advice}`);
  return new CaptureError(name, `not a capture: it has no capture.json; ${advice}`);
}

/** @throws CaptureError that names the capture and the file in it */
async function readJson(files: CaptureFiles, file: string): Promise<unknown> {
  const name = `${files.name}/${file}`;
  const bytes = await files.read(file).catch((error: NodeJS.ErrnoException) => {
    throw new CaptureError(name, ['ENOENT', 'ENOTDIR'].includes(error.code ?? '') ? 'missing' : error.message);
  });
  return parseJson(name, bytes.toString('utf8'));
}

/** Of a capture of several clusters also what it has of them. */
interface SeveralHead extends Head {
  clusters?: { name: string; folder: string }[];
  unread?: Captures['unread'];
}

async function readHead(files: CaptureFiles): Promise<SeveralHead> {
  const value = await readJson(files, 'capture.json').catch((error: CaptureError) => {
    throw error.reason === 'missing' ? noCapture(files.name) : error;
  });
  const head = isObject(value) ? value : {};
  const { format, takenAt, redacted, leftOut } = head;
  const file = `${files.name}/capture.json`;
  const version = typeof format === 'string' ? /^mesh-capture\/v(\d+)$/.exec(format)?.[1] : undefined;
  if (version === undefined) throw new CaptureError(file, `not a capture: its format is ${JSON.stringify(format)}`);
  if (Number(version) > 2)
    throw new CaptureError(file, `written in ${format}; this program reads up to ${severalFormat}: use a newer one`);
  const clusters = format === severalFormat ? clustersOf(file, head['clusters']) : undefined;
  const left = Array.isArray(leftOut) ? leftOut.filter(isObject) : [];
  const context = /^context (.+?)(?: \(.*\))?$/.exec(String(head['origin'] ?? ''))?.[1];
  return {
    format: format as string,
    ...(context === undefined ? {} : { context }),
    takenAt: typeof takenAt === 'string' ? takenAt : '',
    redacted: Array.isArray(redacted) ? redacted.map(String) : [],
    leftOut: new Map(left.map((it) => [String(it['what']), String(it['reason'])])),
    ...gapsOf(head),
    ...(clusters ? { clusters, unread: unreadOf(head['unread']) } : {}),
  };
}

/** As they were written; a kind that the server had not got is no gap. */
function gapsOf(head: Record<string, unknown>): Pick<Capture, 'skipped' | 'problems' | 'istiodNames'> {
  const rows = (key: string): unknown[] => (Array.isArray(head[key]) ? (head[key] as unknown[]) : []);
  const skipped = rows('skipped').filter(
    (row): row is Skipped => isObject(row) && typeof row['what'] === 'string' && typeof row['message'] === 'string',
  );
  return {
    skipped: skipped.filter(({ reason }) => reason !== 'not-served'),
    problems: rows('problems').filter(isProblem),
    istiodNames: rows('istiod').filter((name) => typeof name === 'string'),
  };
}

function unreadOf(value: unknown): Captures['unread'] {
  const list = Array.isArray(value) ? value.filter(isObject) : [];
  return list.map(({ name, reason }) => ({ name: String(name), reason: String(reason) }));
}

/** @throws CaptureError for names of folders that lead elsewhere, and for none at all */
function clustersOf(file: string, value: unknown): { name: string; folder: string }[] {
  const list = Array.isArray(value) ? value.filter(isObject) : [];
  const clusters = list.map(({ name, folder }) => ({ name: String(name), folder: String(folder) }));
  if (clusters.length === 0) throw new CaptureError(file, 'it names no cluster');
  const bad = clusters.find(({ folder }) => !/^[\w.-]+$/.test(folder) || /^\.+$/.test(folder));
  if (bad) throw new CaptureError(file, `${JSON.stringify(bad.folder)} is no name of a folder`);
  return clusters;
}

async function readResources(files: CaptureFiles, errors: FileError[]): Promise<Resource[]> {
  const names = (await list(files, 'resources', errors)).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(
    names.map((name) => attempt(errors, () => readList(files, `resources/${name}`, errors))),
  );
  return lists.flatMap((found) => found ?? []);
}

async function readList(files: CaptureFiles, path: string, errors: FileError[]): Promise<Resource[]> {
  const value = await readJson(files, path);
  const file = `${files.name}/${path}`;
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

async function readIstiods(files: CaptureFiles, errors: FileError[]): Promise<CapturedIstiod[]> {
  const pods = await list(files, 'istiod', errors);
  return Promise.all(
    pods.map(async (pod) => {
      const read = (name: string) => attempt(errors, () => readJson(files, `istiod/${pod}/${name}`));
      const [syncz, mesh, version] = await Promise.all([read('syncz.json'), read('mesh.json'), read('version.json')]);
      // Captures of older versions have none.
      const clusterz: unknown = await readJson(files, `istiod/${pod}/clusterz.json`).catch(() => undefined);
      return {
        pod,
        syncz: syncz === undefined ? undefined : syncRows(syncz),
        mesh: isObject(mesh) ? (mesh as JsonObject) : undefined,
        clusterz: Array.isArray(clusterz) ? (clusterz as JsonObject[]) : undefined,
        version: isObject(version) && typeof version['version'] === 'string' ? version['version'] : undefined,
      };
    }),
  );
}

async function listProxies(files: CaptureFiles, errors: FileError[]): Promise<CapturedProxy[]> {
  const namespaces = await list(files, 'proxies', errors);
  const found = await Promise.all(
    namespaces.map(async (namespace) =>
      (await list(files, `proxies/${namespace}`, errors)).map((pod) => toProxy(files, namespace, pod)),
    ),
  );
  return found.flat();
}

function toProxy(files: CaptureFiles, namespace: string, pod: string): CapturedProxy {
  const folder = `proxies/${namespace}/${pod}`;
  return {
    id: `${namespace}/${pod}`,
    namespace,
    pod,
    read: (file) => files.read(`${folder}/${file}`),
    configDump: () => readJson(files, `${folder}/config_dump.json`),
    json: (file) => readJson(files, `${folder}/${file}`),
  };
}

/** Names inside a folder; a missing one is an error of its own. */
async function list(files: CaptureFiles, folder: string, errors: FileError[]): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    errors.push({ file: `${files.name}/${folder}`, message: (error as Error).message });
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
