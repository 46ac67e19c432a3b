import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ClusterState, IstiodAnswers, Problem, ProxyAnswers, ProxySource } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { captureFormat } from '../capture.ts';
import { CaptureError } from './file.ts';

export interface WriteOptions {
  /** Proxies that are read and written at a time; 16. */
  concurrency?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** What was written, and what could not be read; the latter stands in `capture.json` too. */
export interface Written {
  resources: number;
  proxies: number;
  problems: Problem[];
}

/**
 * Writes a cluster's state as a capture, one proxy after the other, so that memory stays flat. Only the owner may read
 * the files: pods and dumps may tell more than everybody should know.
 *
 * @throws CaptureError where the directory has something in it already
 * @throws the signal's reason when it fires; what is written by then stays and has no `capture.json`
 */
export async function writeCapture(
  state: ClusterState,
  directory: string,
  { concurrency = 16, signal, onProgress = () => undefined }: WriteOptions = {},
): Promise<Written> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) throw new CaptureError(directory, 'it is not empty; name a new directory');
  for (const [name, items] of byFile(state.resources))
    await writeJson(join(directory, 'resources', name), { apiVersion: 'v1', kind: 'List', items });
  const problems = state.istiods.flatMap((istiod) => istiod.problems);
  await mkdir(join(directory, 'istiod'), { recursive: true, mode: 0o700 });
  for (const istiod of state.istiods) await writeIstiod(directory, istiod);
  await mkdir(join(directory, 'proxies'), { recursive: true, mode: 0o700 });
  const limit = pLimit(concurrency);
  let done = 0;
  let proxies = 0;
  const write = async (proxy: ProxySource): Promise<void> => {
    signal?.throwIfAborted();
    const answers = await proxy.read(signal);
    if (isProblem(answers)) problems.push(answers);
    else {
      await writeProxy(join(directory, 'proxies', proxy.namespace, proxy.podName), answers);
      problems.push(...answers.problems);
      proxies++;
    }
    onProgress(++done, state.proxies.length);
  };
  await Promise.all(state.proxies.map((proxy) => limit(() => write(proxy))));
  signal?.throwIfAborted();
  // Last: a directory without it is no capture, so one that was broken off is not taken for whole.
  await writeJson(join(directory, 'capture.json'), {
    format: captureFormat,
    takenAt: state.takenAt,
    origin: state.origin,
    istiod: state.istiods.map(({ podName }) => podName),
    skipped: state.skipped,
    problems,
  });
  return { resources: state.resources.length, proxies, problems };
}

/** Objects by the file of their kind: `virtualservices.networking.istio.io.json`. */
function byFile(resources: readonly Resource[]): Map<string, JsonObject[]> {
  const files = new Map<string, JsonObject[]>();
  for (const { kind, group, object } of resources) {
    const name = `${pluralOf(kind)}${group === '' ? '' : `.${group}`}.json`;
    const items = files.get(name);
    if (items) items.push(object);
    else files.set(name, [object]);
  }
  return files;
}

/** Kubernetes' own rule for the resource's name of a kind (apimachinery `UnsafeGuessKindToResource`). */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}

async function writeIstiod(directory: string, istiod: IstiodAnswers): Promise<void> {
  const folder = join(directory, 'istiod', istiod.podName);
  const { version, syncz, mesh, registryz } = istiod;
  const answers = { version: version === undefined ? undefined : { version }, syncz, mesh, registryz };
  for (const [name, value] of Object.entries(answers))
    if (value !== undefined) await writeJson(join(folder, `${name}.json`), value);
}

async function writeProxy(folder: string, answers: ProxyAnswers): Promise<void> {
  await writePrivately(join(folder, 'config_dump.json'), answers.configDump);
  const { clusters, listeners, certs, serverInfo: server_info } = answers;
  for (const [name, value] of Object.entries({ clusters, listeners, certs, server_info }))
    if (value !== undefined) await writeJson(join(folder, `${name}.json`), value);
  if (answers.log !== undefined) await writePrivately(join(folder, 'proxy.log'), answers.log);
}

function writeJson(file: string, value: object): Promise<void> {
  return writePrivately(file, `${JSON.stringify(value)}\n`);
}

async function writePrivately(file: string, content: string | Buffer): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  await writeFile(file, content, { mode: 0o600 });
}
