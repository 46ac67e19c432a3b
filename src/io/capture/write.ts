import pLimit from 'p-limit';
import type { ClusterState, IstiodAnswers, Problem, ProxyAnswers, ProxySource } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { captureFormat } from '../capture.ts';
import { byWorkload } from './order.ts';
import { redactDump } from './redact/dump.ts';
import { redactObject } from './redact/object.ts';
import { redactText } from './redact/text.ts';
import { type Extra, redactValue } from './redact/value.ts';
import type { CaptureSink } from './sink.ts';

export interface WriteOptions {
  /** Proxies that are read and written at a time; 16. */
  concurrency?: number;
  /** Bytes before compression. What does not fit is left out: whole proxies, those of workloads that are there already first. */
  maxBytes?: number;
  /** What is left out beyond secrets. */
  redact?: readonly Extra[];
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

/** Something that the capture does not hold though it was there. */
interface LeftOut {
  /** A file or folder of the capture. */
  what: string;
  reason: string;
}

/** What was written, and what could not be read; the latter stands in `capture.json` too. */
export interface Written {
  resources: number;
  proxies: number;
  bytes: number;
  problems: Problem[];
  leftOut: LeftOut[];
}

/**
 * Writes a cluster's state as a capture without credentials, one proxy after the other, so that memory stays flat.
 *
 * @throws the signal's reason when it fires, or the sink's error; there is no `capture.json` then
 */
export async function writeCapture(
  state: ClusterState,
  sink: CaptureSink,
  options: WriteOptions = {},
): Promise<Written> {
  try {
    const written = await writeFiles(state, sink, options);
    await sink.finish();
    return written;
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** Writes the files of one cluster; the sink is neither finished nor abandoned. @throws as `writeCapture` */
export function writeFiles(state: ClusterState, sink: CaptureSink, options: WriteOptions): Promise<Written> {
  return new CaptureWriter(state, sink, options).write();
}

class CaptureWriter {
  readonly #state: ClusterState;
  readonly #sink: CaptureSink;
  readonly #options: WriteOptions;
  readonly #more: ReadonlySet<Extra>;
  readonly #written: Written = { resources: 0, proxies: 0, bytes: 0, problems: [], leftOut: [] };

  constructor(state: ClusterState, sink: CaptureSink, options: WriteOptions) {
    this.#state = state;
    this.#sink = sink;
    this.#options = options;
    this.#more = new Set(options.redact);
  }

  async write(): Promise<Written> {
    const { resources, istiods, proxies, takenAt, origin, skipped } = this.#state;
    const { concurrency = 16, signal, onProgress = () => undefined } = this.#options;
    for (const folder of ['resources', 'istiod', 'proxies']) await this.#sink.folder(folder);
    for (const [name, items] of byFile(resources, this.#more)) {
      this.#written.resources += items.length;
      await this.#put(`resources/${name}`, toBytes({ apiVersion: 'v1', kind: 'List', items }));
    }
    this.#written.problems.push(...istiods.flatMap(({ problems }) => problems));
    for (const istiod of istiods) await this.#writeIstiod(istiod);
    if (this.#more.has('logs')) this.#leave('proxies/*/*/proxy.log', '--redact logs');
    const limit = pLimit(concurrency);
    let done = 0;
    const ordered = byWorkload(proxies, resources);
    const one = async (proxy: ProxySource): Promise<void> => {
      signal?.throwIfAborted();
      await this.#writeProxy(proxy);
      onProgress(++done, proxies.length);
    };
    await Promise.all(ordered.map((proxy) => limit(() => one(proxy))));
    signal?.throwIfAborted();
    const { problems, leftOut } = this.#written;
    // Last: what has no such file is no capture, so one that was broken off is not taken for whole.
    await this.#put(
      'capture.json',
      toBytes({
        format: captureFormat,
        takenAt,
        origin,
        istiod: istiods.map(({ podName }) => podName),
        redacted: ['secrets', ...this.#more],
        leftOut: leftOut.sort((a, b) => (a.what < b.what ? -1 : 1)),
        skipped,
        problems,
      }),
    );
    return this.#written;
  }

  async #put(file: string, bytes: Buffer): Promise<void> {
    this.#written.bytes += bytes.length;
    await this.#sink.write(file, bytes);
  }

  #leave(what: string, reason: string): void {
    this.#written.leftOut.push({ what, reason });
  }

  async #writeIstiod(istiod: IstiodAnswers): Promise<void> {
    const { version, syncz, mesh, registryz, clusterz } = istiod;
    const answers = { version: version === undefined ? undefined : { version }, syncz, mesh, registryz, clusterz };
    for (const [name, value] of Object.entries(answers)) {
      if (value === undefined) continue;
      const bytes = toBytes(redactValue(value as Json, this.#more));
      const file = `istiod/${istiod.podName}/${name}.json`;
      if (name === 'registryz' && !this.#fits(bytes.length)) this.#leave(file, tooBig(bytes.length));
      else await this.#put(file, bytes);
    }
  }

  async #writeProxy(proxy: ProxySource): Promise<void> {
    const folder = `proxies/${proxy.namespace}/${proxy.podName}`;
    // Nothing is asked of a proxy when not even a small dump would fit any more.
    if (!this.#fits(smallestDump)) return this.#leave(folder, '--max-size was reached');
    const answers = await proxy.read(this.#options.signal);
    if (isProblem(answers)) return void this.#written.problems.push(answers);
    try {
      await this.#writeAnswers(proxy, folder, answers);
    } finally {
      answers.release?.();
    }
  }

  async #writeAnswers(proxy: ProxySource, folder: string, answers: ProxyAnswers): Promise<void> {
    this.#written.problems.push(...answers.problems);
    const files = this.#filesOf(proxy, answers);
    if (isProblem(files)) return void this.#written.problems.push(files);
    const size = files.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    if (!this.#fits(size)) return this.#leave(folder, tooBig(size));
    // Counted before the first is written: others are under way.
    this.#written.bytes += size;
    for (const [name, bytes] of files) await this.#sink.write(`${folder}/${name}`, bytes);
    this.#written.proxies++;
  }

  #filesOf(proxy: ProxySource, answers: ProxyAnswers): [name: string, bytes: Buffer][] | Problem {
    const { clusters, listeners, certs, serverInfo: server_info, log } = answers;
    try {
      const files: [string, Buffer][] = [['config_dump.json', redactDump(answers.configDump, this.#more)]];
      for (const [name, value] of Object.entries({ clusters, listeners, certs, server_info }))
        if (value !== undefined) files.push([`${name}.json`, toBytes(redactValue(value, this.#more))]);
      if (log !== undefined && !this.#more.has('logs')) files.push(['proxy.log', Buffer.from(redactText(log))]);
      return files;
    } catch (error) {
      const message = `${proxy.id}: its answers cannot be searched for secrets: ${(error as Error).message}`;
      return { code: 'rubbish', message, advice: 'They are left out; ask the proxy again.' };
    }
  }

  #fits(bytes: number): boolean {
    return this.#written.bytes + bytes <= (this.#options.maxBytes ?? Number.POSITIVE_INFINITY);
  }
}

const smallestDump = 10_000;

function tooBig(bytes: number): string {
  return `its ${bytes} bytes do not fit into --max-size`;
}

function toBytes(value: object | Json): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Objects by the file of their kind: `virtualservices.networking.istio.io.json`. */
function byFile(resources: readonly Resource[], more: ReadonlySet<Extra>): Map<string, JsonObject[]> {
  const files = new Map<string, JsonObject[]>();
  for (const { kind, group, object } of resources) {
    const redacted = redactObject(object, more);
    if (!redacted) continue;
    const name = `${pluralOf(kind)}${group === '' ? '' : `.${group}`}.json`;
    const items = files.get(name);
    if (items) items.push(redacted);
    else files.set(name, [redacted]);
  }
  return files;
}

/** Kubernetes' own rule for the resource's name of a kind (apimachinery `UnsafeGuessKindToResource`). */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}
