import type { ClusterState } from '../../model/cluster-state.ts';
import { severalFormat } from '../capture.ts';
import type { CaptureSink } from './sink.ts';
import { type WriteOptions, type Written, writeFiles } from './write.ts';

/** A cluster to be written, under the name of its context. */
export interface NamedState {
  name: string;
  state: ClusterState;
}

/**
 * Writes the states of several clusters as one capture: each as a capture of its own below `clusters/`, one after the
 * other. The room of `maxBytes` is shared: what one cluster does not need is left to those after it.
 *
 * @param unread clusters that could not be read, by name, with the reason
 * @returns what was written, for each cluster
 * @throws as `writeCapture`
 */
export async function writeSeveral(
  states: readonly NamedState[],
  unread: ReadonlyMap<string, string>,
  sink: CaptureSink,
  options: WriteOptions = {},
): Promise<Written[]> {
  try {
    const folders = foldersOf(states.map(({ name }) => name));
    const total = states.reduce((sum, { state }) => sum + state.proxies.length, 0);
    const results: Written[] = [];
    let bytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    let before = 0;
    for (const [index, { state }] of states.entries()) {
      const written = await writeFiles(state, below(sink, `clusters/${folders[index]}`), {
        ...options,
        maxBytes: Math.floor(bytes / (states.length - index)),
        onProgress: (done) => options.onProgress?.(before + done, total),
      });
      bytes -= written.bytes;
      before += state.proxies.length;
      results.push(written);
    }
    const head = {
      format: severalFormat,
      takenAt: states[0]?.state.takenAt ?? '',
      clusters: states.map(({ name, state }, index) => ({ name, folder: folders[index], origin: state.origin })),
      unread: [...unread].map(([name, reason]) => ({ name, reason })),
    };
    await sink.write('capture.json', Buffer.from(`${JSON.stringify(head)}\n`));
    await sink.finish();
    return results;
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** Names of contexts have characters that no folder should have (`arn:aws:eks:eu-west-1:1:cluster/shop`). */
function foldersOf(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^\w-]+/g, '-').slice(0, 100) || 'cluster';
    let folder = plain;
    for (let count = 2; taken.has(folder.toLowerCase()); count++) folder = `${plain}-${count}`;
    taken.add(folder.toLowerCase());
    return folder;
  });
}

/** A sink of which only a folder is written to; it is finished with the whole. */
function below(sink: CaptureSink, folder: string): CaptureSink {
  return {
    folder: (name) => sink.folder(`${folder}/${name}`),
    write: (file, content) => sink.write(`${folder}/${file}`, content),
    finish: async () => undefined,
    abandon: async () => undefined,
  };
}
